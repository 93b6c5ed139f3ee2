import type { RtpPayload } from '../../../media/h264-packetizer.ts';

/** The payloads of a picture's packets, one after the other. */
export interface PackedPayloads {
  readonly bytes: Buffer;
  readonly ends: Uint32Array;
}

const packed = new WeakMap<readonly RtpPayload[], PackedPayloads>();

/** Made once for all viewers, and kept as long as the packets are. */
export function packPayloads(packets: readonly RtpPayload[]): PackedPayloads {
  const known = packed.get(packets);
  if (known) return known;
  let end = 0;
  const made = {
    bytes: Buffer.concat(packets.map(({ payload }) => payload)),
    ends: Uint32Array.from(packets, ({ payload }) => (end += payload.length)),
  };
  packed.set(packets, made);
  return made;
}
