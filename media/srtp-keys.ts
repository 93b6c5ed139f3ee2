import { createCipheriv, createSecretKey, type KeyObject } from 'node:crypto';

/** The master key and salt that the two ends agreed on (SDES, HAP or DTLS). */
export interface SrtpMasterKeys {
  /** 16 bytes. */
  readonly masterKey: Buffer;
  /** 14 bytes; 12 for the GCM suites. */
  readonly masterSalt: Buffer;
}

/** What packets are encrypted and signed with. */
export interface SrtpSessionKeys {
  readonly encryptionKey: KeyObject;
  readonly authenticationKey: KeyObject;
  /** 14 bytes. */
  readonly salt: Buffer;
}

/** A master key or salt of the wrong length: it belongs to another crypto suite. */
export class SrtpKeyError extends Error {
  override readonly name = 'SrtpKeyError';
}

const MASTER_KEY_BYTES = 16;
const SALT_BYTES = 14;
const AUTHENTICATION_KEY_BYTES = 20;
const LABEL_AT = 7;

/** The labels of RFC 3711 §4.3: encryption, then authentication, then salt. */
const FIRST_LABEL = { rtp: 0, rtcp: 3 } as const;

/**
 * Derives session keys (RFC 3711 §4.3 with AES-CM and a key derivation rate of 0).
 *
 * @throws SrtpKeyError when the master key is not of 16 bytes or the salt not of 14.
 */
export function deriveSessionKeys(master: SrtpMasterKeys, use: 'rtp' | 'rtcp'): SrtpSessionKeys {
  checkLength('master key', master.masterKey, MASTER_KEY_BYTES);
  checkLength('master salt', master.masterSalt, SALT_BYTES);
  const label = FIRST_LABEL[use];
  return {
    // Node takes a KeyObject several times faster than the raw bytes, and this is paid for every packet.
    encryptionKey: createSecretKey(deriveSessionKey(master, label, MASTER_KEY_BYTES)),
    authenticationKey: createSecretKey(deriveSessionKey(master, label + 1, AUTHENTICATION_KEY_BYTES)),
    salt: deriveSessionKey(master, label + 2, SALT_BYTES),
  };
}

/** AES in counter mode (RFC 3711 §4.1.1), which encrypts and decrypts alike. `index` is the packet's 48-bit index. */
export function applyCounterMode(keys: SrtpSessionKeys, ssrc: number, index: number, data: Buffer): Buffer {
  const iv = Buffer.alloc(16);
  keys.salt.copy(iv);
  iv.writeUInt32BE((iv.readUInt32BE(4) ^ ssrc) >>> 0, 4);
  iv.writeUInt16BE(iv.readUInt16BE(8) ^ Math.floor(index / 2 ** 32), 8);
  iv.writeUInt32BE((iv.readUInt32BE(10) ^ (index % 2 ** 32)) >>> 0, 10);
  return createCipheriv('aes-128-ctr', keys.encryptionKey, iv).update(data);
}

/** The key derivation of RFC 3711 §4.3; a salt of 12 bytes is padded as RFC 7714 §11 says. */
export function deriveSessionKey(
  { masterKey, masterSalt }: SrtpMasterKeys,
  label: number,
  bytes: number,
): Buffer {
  const iv = Buffer.alloc(16);
  masterSalt.copy(iv);
  iv[LABEL_AT] = (iv[LABEL_AT] ?? 0) ^ label;
  return createCipheriv('aes-128-ctr', masterKey, iv).update(Buffer.alloc(bytes));
}

function checkLength(what: string, bytes: Buffer, expected: number): void {
  if (bytes.length === expected) return;
  throw new SrtpKeyError(
    `the SRTP ${what} has ${bytes.length} bytes; AES_CM_128_HMAC_SHA1_80 takes ${expected}: check the crypto suite`,
  );
}
