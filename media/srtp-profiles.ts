import { SrtpGcmReceiver, SrtpGcmSender } from './srtp-gcm.ts';
import { SrtpReceiver, SrtpSender } from './srtp.ts';
import type { SrtpMasterKeys } from './srtp-keys.ts';
import type { SrtpProtector, SrtpUnprotector } from './srtp-protection.ts';

/** Two ends agreed on a protection profile that nobody here offers. */
export class SrtpProfileError extends Error {
  override readonly name = 'SrtpProfileError';

  constructor(profile: number | undefined) {
    super(`the SRTP protection profile ${profile ?? '(none)'} is unknown; 1 and 7 are known`);
  }
}

export interface SrtpProfile {
  readonly masterKeyBytes: number;
  readonly masterSaltBytes: number;
  /** @throws SrtpKeyError when the keys are not of this profile. */
  createProtector(keys: SrtpMasterKeys): SrtpProtector;
  /** @throws SrtpKeyError when the keys are not of this profile. */
  createUnprotector(keys: SrtpMasterKeys): SrtpUnprotector;
}

/** SRTP_AES128_CM_HMAC_SHA1_80 (RFC 5764 §4.1.2) and SRTP_AEAD_AES_128_GCM (RFC 7714 §14.2). */
const PROFILES: Readonly<Record<number, SrtpProfile>> = {
  1: {
    masterKeyBytes: 16,
    masterSaltBytes: 14,
    createProtector: (keys) => new SrtpSender(keys),
    createUnprotector: (keys) => new SrtpReceiver(keys),
  },
  7: {
    masterKeyBytes: 16,
    masterSaltBytes: 12,
    createProtector: (keys) => new SrtpGcmSender(keys),
    createUnprotector: (keys) => new SrtpGcmReceiver(keys),
  },
};

/**
 * The DTLS-SRTP protection profile with this number (RFC 5764 §4.1.2).
 *
 * @throws SrtpProfileError
 */
export function srtpProfile(id: number | undefined): SrtpProfile {
  const profile = id === undefined ? undefined : PROFILES[id];
  if (!profile) throw new SrtpProfileError(id);
  return profile;
}
