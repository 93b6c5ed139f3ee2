const HALF_16_BITS = 0x8000;
const MODULUS_32_BITS = 2 ** 32;

/** How far `to` is ahead of `from` on the 16-bit circle of sequence numbers: -32768…32767, negative when older. */
export function sequenceDistance(from: number, to: number): number {
  const ahead = (to - from) & 0xffff;
  return ahead >= HALF_16_BITS ? ahead - 2 * HALF_16_BITS : ahead;
}

/** The sequence number that comes `count` later. */
export function sequencePlus(sequenceNumber: number, count: number): number {
  return (sequenceNumber + count) & 0xffff;
}

/** The number nearest to `previous` whose low 16 bits are `sequenceNumber`; `sequenceNumber` itself at first. */
export function unwrapSequence(previous: number | undefined, sequenceNumber: number): number {
  if (previous === undefined) return sequenceNumber;
  return previous + sequenceDistance(previous, sequenceNumber);
}

/** The same for 32-bit RTP timestamps. */
export function unwrapTimestamp(previous: number | undefined, timestamp: number): number {
  if (previous === undefined) return timestamp;
  return previous + ((timestamp - (previous % MODULUS_32_BITS)) | 0);
}
