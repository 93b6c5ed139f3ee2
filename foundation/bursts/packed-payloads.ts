/** What of a packet changes from one to the next, beside its number. */
export interface BurstPacket {
  readonly payload: Buffer;
  /** Only the last packet of a burst may have it. */
  readonly marker: boolean;
}

/** The payloads of a picture's packets, one after the other. */
export interface PackedPayloads {
  readonly bytes: Buffer;
  readonly ends: Uint32Array;
}

const packed = new WeakMap<readonly BurstPacket[], PackedPayloads>();

/** Made once for all viewers, and kept as long as the packets are. */
export function packPayloads(packets: readonly BurstPacket[]): PackedPayloads {
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
