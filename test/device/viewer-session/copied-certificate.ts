import { createSelfSignedCertificate, HashAlgorithm, NamedCurveAlgorithm, SignatureAlgorithm } from 'werift';

const ECDSA_SHA256 = { signature: SignatureAlgorithm.ecdsa_3, hash: HashAlgorithm.sha256_4 };

/** A certificate of somebody, and the key of somebody else: all that one has who copied a certificate from the wire. */
export async function copiedCertificate() {
  const [somebody, copier] = await Promise.all([newCertificate(), newCertificate()]);
  return { certificatePem: somebody.certPem, keyPem: copier.keyPem, signatureHash: ECDSA_SHA256 };
}

function newCertificate() {
  return createSelfSignedCertificate(ECDSA_SHA256, NamedCurveAlgorithm.secp256r1_23);
}
