import type { NodeVariant } from './variants.ts';

/** How receivers learn when the picture of a packet was ready. */
export type ReadyTime =
  /** Written into the payload. */
  | 'in payload'
  /** The RTP timestamp is that of the machine's monotonic clock, because the sender encodes pictures itself. */
  | 'rtp timestamp';

export type ReceiversQuestion =
  /** Answered with an SDP offer for each viewer. */
  | { readonly kind: 'offer'; readonly n: number; readonly codec: 'H264' | 'VP8' }
  /** To the newest offers. Answered when these are connected. */
  | { readonly kind: 'handle answers'; readonly answers: readonly string[] }
  /** Answered with an SDP answer for each of the offers. */
  | { readonly kind: 'answer'; readonly offers: readonly string[] }
  /** Answered with the ports of plain sockets, for packets that are encrypted with `FLOOR_KEYS`. */
  | { readonly kind: 'open sockets'; readonly n: number }
  /** Answered when all connections are there and their media are received. */
  | { readonly kind: 'connect' }
  /** Forgets what has arrived so far. */
  | { readonly kind: 'reset' }
  /** Answered with the delays of what has arrived since. */
  | { readonly kind: 'delays'; readonly readyTime: ReadyTime };

export type NodeSenderQuestion =
  /** Answered with what each viewer answers to its offer (the floor: to its port). */
  | { readonly kind: 'answer'; readonly variant: NodeVariant; readonly offers: readonly string[] }
  /** Answered when all viewers are connected. */
  | { readonly kind: 'connect' }
  /** Answered with the number of packets to each viewer when the time is over. */
  | { readonly kind: 'send'; readonly durationMs: number };

export interface Delays {
  /** Of all viewers together. */
  readonly packets: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** The floor agrees on no keys; everybody has these. */
export const FLOOR_KEYS = { masterKey: Buffer.alloc(16, 1), masterSalt: Buffer.alloc(12, 2) };
export const PAYLOAD_TYPE = 102;
