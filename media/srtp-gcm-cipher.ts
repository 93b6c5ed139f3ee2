import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { SrtpKeyError, deriveSessionKey, type SrtpMasterKeys } from './srtp-keys.ts';

/** What packets are encrypted with. */
export interface GcmSessionKeys {
  readonly encryptionKey: KeyObject;
  /** 12 bytes. */
  readonly salt: Buffer;
}

export const GCM_TAG_BYTES = 16;

const CIPHER = 'aes-128-gcm';
const KEY_BYTES = 16;
const SALT_BYTES = 12;

/** The labels of RFC 3711 §4.3, without those for authentication, which GCM includes. */
const LABELS = { rtp: { key: 0, salt: 2 }, rtcp: { key: 3, salt: 5 } } as const;

/**
 * Derives session keys (RFC 7714 §11).
 *
 * @throws SrtpKeyError when the master key is not of 16 bytes or the salt not of 12.
 */
export function deriveGcmSessionKeys(master: SrtpMasterKeys, use: 'rtp' | 'rtcp'): GcmSessionKeys {
  if (master.masterKey.length !== KEY_BYTES || master.masterSalt.length !== SALT_BYTES) {
    throw new SrtpKeyError(
      `the SRTP master key and salt have ${master.masterKey.length} and ${master.masterSalt.length} bytes; AEAD_AES_128_GCM takes ${KEY_BYTES} and ${SALT_BYTES}: check the crypto suite`,
    );
  }
  const { key, salt } = LABELS[use];
  return {
    // Node takes a KeyObject several times faster than the raw bytes, and this is paid for every packet.
    encryptionKey: createSecretKey(deriveSessionKey(master, key, KEY_BYTES)),
    salt: deriveSessionKey(master, salt, SALT_BYTES),
  };
}

/** RFC 7714 §8.1. `index` is the packet's 48-bit index. */
export function rtpNonce({ salt }: GcmSessionKeys, ssrc: number, index: number): Buffer {
  const nonce = Buffer.from(salt);
  nonce.writeUInt32BE((nonce.readUInt32BE(2) ^ ssrc) >>> 0, 2);
  nonce.writeUInt16BE(nonce.readUInt16BE(6) ^ Math.floor(index / 2 ** 32), 6);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ (index % 2 ** 32)) >>> 0, 8);
  return nonce;
}

/** RFC 7714 §9.1. `index` has 31 bits; the nonce is built as that of RTP. */
export const rtcpNonce = rtpNonce;

/** `prefix`, the encrypted text and its tag in one buffer. */
export function seal(
  keys: GcmSessionKeys,
  nonce: Buffer,
  prefix: Buffer,
  text: Buffer,
  authenticated = prefix,
): Buffer {
  const cipher = createCipheriv(CIPHER, keys.encryptionKey, nonce, { authTagLength: GCM_TAG_BYTES });
  cipher.setAAD(authenticated);
  const encrypted = cipher.update(text);
  cipher.final();
  return Buffer.concat([prefix, encrypted, cipher.getAuthTag()]);
}

/** The plain text; undefined when it is not authentic. */
export function open(
  keys: GcmSessionKeys,
  nonce: Buffer,
  authenticated: Buffer,
  encrypted: Buffer,
  tag: Buffer,
): Buffer | undefined {
  const decipher = createDecipheriv(CIPHER, keys.encryptionKey, nonce, { authTagLength: GCM_TAG_BYTES });
  decipher.setAAD(authenticated);
  decipher.setAuthTag(tag);
  const text = decipher.update(encrypted);
  try {
    decipher.final();
    return text;
  } catch {
    return undefined;
  }
}
