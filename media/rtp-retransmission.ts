import type { AuthenticRtp } from './srtp-protection.ts';

const PREFIX_BYTES = 2;

/** A packet that was sent again. */
export interface RepairedRtp {
  /** 16 bits: the one it was lost under. */
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payload: Buffer;
}

/** Takes the lost packet out of a retransmission (RFC 4588 §4); undefined for one that carries none, as probes do. */
export function unwrapRetransmission({ timestamp, marker, payload }: AuthenticRtp): RepairedRtp | undefined {
  if (payload.length <= PREFIX_BYTES) return undefined;
  return {
    sequenceNumber: payload.readUInt16BE(0),
    timestamp,
    marker,
    payload: payload.subarray(PREFIX_BYTES),
  };
}
