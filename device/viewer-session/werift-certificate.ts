import {
  HashAlgorithm,
  NamedCurveAlgorithm,
  RTCCertificate,
  SignatureAlgorithm,
  createSelfSignedCertificate,
} from 'werift';

const ECDSA_SHA256 = { signature: SignatureAlgorithm.ecdsa_3, hash: HashAlgorithm.sha256_4 };

/** A self-signed P-256 certificate for DTLS, valid for ten years. */
export async function createCertificatePem(): Promise<{ keyPem: string; certificatePem: string }> {
  const { keyPem, certPem } = await createSelfSignedCertificate(
    ECDSA_SHA256,
    NamedCurveAlgorithm.secp256r1_23,
  );
  return { keyPem, certificatePem: certPem };
}

export function toWeriftCertificate(pem: { readonly keyPem: string; readonly certificatePem: string }) {
  return new RTCCertificate(pem.keyPem, pem.certificatePem, ECDSA_SHA256);
}
