import type { Variant } from '../fan-out.ts';

export type ReceiversQuestion =
  /** Answered with one offer for each viewer: an SDP, or the port of a plain socket for the floor. */
  | { readonly kind: 'offer'; readonly variant: Variant; readonly n: number }
  | { readonly kind: 'connect'; readonly answers: readonly string[] }
  /** Answered with the delays since the last time. */
  | { readonly kind: 'delays' };

export type SenderQuestion =
  | { readonly kind: 'answer'; readonly variant: Variant; readonly offers: readonly string[] }
  /** Answered when the time is over and everything has arrived. */
  | { readonly kind: 'send'; readonly durationMs: number };

export interface Delays {
  readonly packets: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

export interface SenderUse {
  /** Of one core, with what the process takes at rest subtracted. */
  readonly cpuShare: number;
  /** To each viewer. */
  readonly packets: number;
}

/** The floor agrees on no keys; everybody has these. */
export const FLOOR_KEYS = { masterKey: Buffer.alloc(16, 1), masterSalt: Buffer.alloc(12, 2) };
export const FLOOR_PAYLOAD_TYPE = 102;
