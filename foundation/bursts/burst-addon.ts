import { createRequire } from 'node:module';
import { machine } from 'node:os';
import { describeError } from '../logger.ts';

/** Of `burst.c`. */
const INTERFACE_VERSION = 2;

declare const KEY: unique symbol;
/** The session key and salt of one viewer, inside the addon. */
export type BurstKey = { readonly [KEY]: never };

/** What `burst.c` offers. */
export interface BurstAddon {
  /**
   * @param canSegment false: never ask the kernel to cut datagrams. The addon notices by itself where it cannot.
   * @param authenticationKey of 20 bytes, for AES_CM_128_HMAC_SHA1_80. Absent: AEAD_AES_128_GCM.
   * @throws TypeError unless the key has 16 bytes, and the salt 12, or 14 beside an authentication key.
   */
  createKey(
    sessionKey: Buffer,
    salt: Buffer,
    canSegment: boolean,
    ...authenticationKey: [] | [Buffer]
  ): BurstKey;
  /** As the kernel takes it; undefined for what is not the address of one host. */
  createAddress(ip: string, port: number): Buffer | undefined;
  /**
   * Encrypts the packets of a picture and sends as many as go at once.
   *
   * @param header of the first, without a marker.
   * @param rollOvers how often the sequence numbers have wrapped before the first packet.
   * @param payloads one after the other.
   * @param ends where each of them ends.
   * @param hasMarker whether the last of them gets a marker.
   * @returns how many were sent, from the first on.
   * @throws TypeError when the parts do not fit each other.
   */
  sendBurst(
    key: BurstKey,
    descriptor: number,
    address: Buffer,
    header: Buffer,
    rollOvers: number,
    payloads: Buffer,
    ends: Uint32Array,
    hasMarker: boolean,
  ): number;
}

export type LoadedAddon =
  | { readonly kind: 'there'; readonly addon: BurstAddon }
  | { readonly kind: 'absent'; readonly reason: string };

/** Loads the addon that was compiled for this platform and processor. */
export function loadBurstAddon(): LoadedAddon {
  if (process.platform !== 'linux') return { kind: 'absent', reason: 'bursts are for Linux' };
  // Compiled for ARMv7, it would be ended by its first instruction there.
  if (machine() === 'armv6l') return { kind: 'absent', reason: 'this processor is older than ARMv7' };
  try {
    const addon: unknown = createRequire(import.meta.url)(`./burst.linux-${process.arch}.node`);
    if (isBurstAddon(addon)) return { kind: 'there', addon };
    return { kind: 'absent', reason: 'what was compiled is of another version' };
  } catch (error) {
    return { kind: 'absent', reason: describeError(error) };
  }
}

/** The functions of another version take something else, which would end every viewer. */
function isBurstAddon(value: unknown): value is BurstAddon {
  return typeof value === 'object' && value !== null && Reflect.get(value, 'version') === INTERFACE_VERSION;
}
