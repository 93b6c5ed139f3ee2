import { randomBytes } from 'node:crypto';
import type { SrtpMasterKeys } from '../media/srtp-keys.ts';

/** SRTP master keys in base64, because messages between processes are JSON. */
export interface WireKeys {
  readonly key: string;
  readonly salt: string;
}

/** Of AES_CM_128_HMAC_SHA1_80, as Apple Home uses it. */
export function newKeys(): SrtpMasterKeys {
  return { masterKey: randomBytes(16), masterSalt: randomBytes(14) };
}

export function toWire({ masterKey, masterSalt }: SrtpMasterKeys): WireKeys {
  return { key: masterKey.toString('base64'), salt: masterSalt.toString('base64') };
}

export function fromWire({ key, salt }: WireKeys): SrtpMasterKeys {
  return { masterKey: Buffer.from(key, 'base64'), masterSalt: Buffer.from(salt, 'base64') };
}
