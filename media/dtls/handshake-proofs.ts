import { createHash, createHmac, timingSafeEqual, verify, X509Certificate } from 'node:crypto';

/** The other end did not prove that it is who its certificate says. */
export class DtlsHandshakeError extends Error {
  override readonly name = 'DtlsHandshakeError';
}

/** The algorithms werift offers (RFC 5246 §7.4.1.4.1: hash, then signature), with the kind of key they take. */
const SIGNATURES: Readonly<Record<number, { readonly hash: string; readonly keyType: string }>> = {
  0x0401: { hash: 'sha256', keyType: 'rsa' },
  0x0403: { hash: 'sha256', keyType: 'ec' },
};
const NAMED_CURVE = 3;
const VERIFY_DATA_BYTES = 12;

/** The certificate of the other end in a Certificate message (RFC 5246 §7.4.2), as DER. */
export function readCertificate(body: Buffer): Buffer {
  const lengthsBytes = 6;
  const end = body.length < lengthsBytes ? 0 : lengthsBytes + body.readUIntBE(3, 3);
  if (end <= lengthsBytes || end > body.length) {
    throw new DtlsHandshakeError('the other end of the connection has no certificate');
  }
  return body.subarray(lengthsBytes, end);
}

/**
 * Checks a client's CertificateVerify (RFC 5246 §7.4.8).
 * @param transcript all handshake messages before it.
 * @throws DtlsHandshakeError
 */
export function checkCertificateVerify(body: Buffer, certificate: Buffer, transcript: Buffer): void {
  checkSignature(body, certificate, transcript);
}

/**
 * Checks the signature in a server's ServerKeyExchange with a named curve (RFC 8422 §5.4).
 * @throws DtlsHandshakeError
 */
export function checkServerKeyExchange(
  body: Buffer,
  certificate: Buffer,
  randoms: { readonly client: Buffer; readonly server: Buffer },
): void {
  const publicKeyAt = 4;
  const parametersBytes = publicKeyAt + (body[3] ?? 0);
  if (body[0] !== NAMED_CURVE || parametersBytes > body.length) throw malformed();
  const parameters = body.subarray(0, parametersBytes);
  const signed = Buffer.concat([randoms.client, randoms.server, parameters]);
  checkSignature(body.subarray(parametersBytes), certificate, signed);
}

/**
 * Checks a Finished (RFC 5246 §7.4.9) of a cipher suite whose hash is SHA-256.
 * @param transcript all handshake messages before it.
 * @throws DtlsHandshakeError
 */
export function checkFinished(
  body: Buffer,
  from: 'client' | 'server',
  masterSecret: Buffer,
  transcript: Buffer,
): void {
  const seed = Buffer.concat([
    Buffer.from(`${from} finished`),
    createHash('sha256').update(transcript).digest(),
  ]);
  const first = createHmac('sha256', masterSecret).update(seed).digest();
  const expected = createHmac('sha256', masterSecret).update(first).update(seed).digest();
  const verifyData = expected.subarray(0, VERIFY_DATA_BYTES);
  if (body.length === VERIFY_DATA_BYTES && timingSafeEqual(body, verifyData)) return;
  throw new DtlsHandshakeError('the two ends of the connection saw different handshakes');
}

/** @param digitallySigned RFC 5246 §4.7: algorithm, length and signature. */
function checkSignature(digitallySigned: Buffer, certificate: Buffer, signed: Buffer): void {
  const signatureAt = 4;
  if (digitallySigned.length < signatureAt) throw malformed();
  const signature = digitallySigned.subarray(signatureAt);
  const algorithm = SIGNATURES[digitallySigned.readUInt16BE(0)];
  if (!algorithm || digitallySigned.readUInt16BE(2) !== signature.length) throw malformed();
  if (isSigned(algorithm, certificate, signed, signature)) return;
  throw new DtlsHandshakeError('the other end of the connection does not hold the key of its certificate');
}

function isSigned(
  { hash, keyType }: { readonly hash: string; readonly keyType: string },
  certificate: Buffer,
  signed: Buffer,
  signature: Buffer,
): boolean {
  try {
    const { publicKey } = new X509Certificate(certificate);
    return publicKey.asymmetricKeyType === keyType && verify(hash, signed, publicKey, signature);
  } catch (cause) {
    throw new DtlsHandshakeError('the certificate of the other end cannot be read', { cause });
  }
}

function malformed(): DtlsHandshakeError {
  return new DtlsHandshakeError('a signature of the other end cannot be read');
}
