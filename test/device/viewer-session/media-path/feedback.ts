const header = (first: number, type: number, bytes: number): Buffer => {
  const packet = Buffer.alloc(bytes);
  packet[0] = 0x80 | first;
  packet[1] = type;
  packet.writeUInt16BE(bytes / 4 - 1, 2);
  packet.writeUInt32BE(0xfeed, 4);
  return packet;
};

/** RFC 4585 §6.2.1, one entry for each lost packet. */
export function nack(mediaSsrc: number, lost: readonly number[]): Buffer {
  const packet = header(1, 205, 12 + lost.length * 4);
  packet.writeUInt32BE(mediaSsrc, 8);
  lost.forEach((sequenceNumber, n) => packet.writeUInt16BE(sequenceNumber, 12 + n * 4));
  return packet;
}

/** RFC 4585 §6.3.1. */
export function pictureLoss(mediaSsrc: number): Buffer {
  const packet = header(1, 206, 12);
  packet.writeUInt32BE(mediaSsrc, 8);
  return packet;
}

/** RFC 5104 §4.3.1. */
export function fullIntraRequest(ssrc: number, sequence: number): Buffer {
  const packet = header(4, 206, 20);
  packet.writeUInt32BE(ssrc, 12);
  packet[16] = sequence;
  return packet;
}

/** draft-alvestrand-rmcat-remb-03 §2.2. */
export function bitrateEstimate(bitrateBps: number, ssrcs: readonly number[]): Buffer {
  const packet = header(15, 206, 20 + ssrcs.length * 4);
  packet.write('REMB', 12, 'latin1');
  const exponent = Math.max(0, Math.ceil(Math.log2(bitrateBps / 2 ** 18)));
  packet.writeUIntBE(exponent * 2 ** 18 + Math.floor(bitrateBps / 2 ** exponent), 17, 3);
  packet[16] = ssrcs.length;
  ssrcs.forEach((ssrc, n) => packet.writeUInt32BE(ssrc, 20 + n * 4));
  return packet;
}

/** RFC 3550 §6.4.2. */
export function receiverReport(
  ssrc: number,
  block: {
    readonly fractionLost: number;
    readonly packetsLost?: number;
    readonly highestSequence?: number;
    readonly lastSenderReport?: number;
    readonly delaySinceLastSenderReport?: number;
  },
): Buffer {
  const packet = header(1, 201, 32);
  packet.writeUInt32BE(ssrc, 8);
  packet[12] = Math.floor(block.fractionLost * 256);
  packet.writeIntBE(block.packetsLost ?? 0, 13, 3);
  packet.writeUInt32BE(block.highestSequence ?? 0, 16);
  packet.writeUInt32BE(block.lastSenderReport ?? 0, 24);
  packet.writeUInt32BE(Math.floor(block.delaySinceLastSenderReport ?? 0), 28);
  return packet;
}
