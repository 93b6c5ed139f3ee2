import { BitReader } from './bit-reader.ts';

/** `nal_unit_type` values of ITU-T H.264 table 7-1, as far as Picam looks at them. */
export const NalType = {
  slice: 1,
  partitionA: 2,
  idr: 5,
  sei: 6,
  sps: 7,
  pps: 8,
  accessUnitDelimiter: 9,
  filler: 12,
} as const;

/** The `nal_unit_type`, 0–31; 0 for an empty buffer. */
export function nalTypeOf(nalUnit: Uint8Array): number {
  return (nalUnit[0] ?? 0) & 0x1f;
}

/** True for slices of the coded picture (types 1–5); false for parameter sets, SEI and the like. */
export function isVcl(nalType: number): boolean {
  return nalType >= NalType.slice && nalType <= NalType.idr;
}

/**
 * True when an H.264 encoder can have written it: types 1–23 with the forbidden bit clear. The others are free for
 * transports, and RTP uses them (RFC 6184 §5.2), so they must not be sent as they are.
 */
export function isCodedNalUnit(nalUnit: Uint8Array): boolean {
  const type = nalTypeOf(nalUnit);
  return ((nalUnit[0] ?? 0x80) & 0x80) === 0 && type >= 1 && type <= 23;
}

/** Whether this NAL unit, coming after a picture's slices, begins the next access unit (H.264 §7.4.1.2.3). */
export function beginsAccessUnit(nalUnit: Uint8Array): boolean {
  const type = nalTypeOf(nalUnit);
  if (isVcl(type)) return isFirstSlice(nalUnit);
  return (type >= NalType.sei && type <= NalType.accessUnitDelimiter) || (type >= 14 && type <= 18);
}

/** Whether a slice is its picture's first: `first_mb_in_slice` is 0, which Exp-Golomb writes as a single 1 bit. */
export function isFirstSlice(nalUnit: Uint8Array): boolean {
  const type = nalTypeOf(nalUnit);
  const hasSliceHeader = type === NalType.slice || type === NalType.partitionA || type === NalType.idr;
  return hasSliceHeader && ((nalUnit[1] ?? 0) & 0x80) !== 0;
}

export type SliceType = 'P' | 'B' | 'I' | 'SP' | 'SI';

const SLICE_TYPES: readonly SliceType[] = ['P', 'B', 'I', 'SP', 'SI'];
const LONGEST_SLICE_TYPE_PREFIX_BYTES = 24;

/** `slice_type` (H.264 table 7-6); undefined when the NAL unit is no slice or is damaged. */
export function sliceTypeOf(nalUnit: Uint8Array): SliceType | undefined {
  const type = nalTypeOf(nalUnit);
  if (type !== NalType.slice && type !== NalType.partitionA && type !== NalType.idr) return undefined;
  const reader = new BitReader(
    removeEmulationPrevention(nalUnit.subarray(1, LONGEST_SLICE_TYPE_PREFIX_BYTES)),
  );
  reader.readUnsignedExpGolomb();
  const sliceType = reader.readUnsignedExpGolomb();
  return reader.isExhausted || sliceType > 9 ? undefined : SLICE_TYPES[sliceType % 5];
}

/** Whether any of the slices predicts from pictures shown later, so that pictures arrive out of order. */
export function containsBSlice(nalUnits: readonly Uint8Array[]): boolean {
  return nalUnits.some((nalUnit) => sliceTypeOf(nalUnit) === 'B');
}

/** Undoes the 00 00 03 escapes (H.264 §7.4.1) so that fields can be read as bits. */
export function removeEmulationPrevention(bytes: Uint8Array): Uint8Array {
  const plain = new Uint8Array(bytes.length);
  let length = 0;
  let zeros = 0;
  for (const byte of bytes) {
    const isEscape = zeros >= 2 && byte === 3;
    zeros = byte === 0 ? zeros + 1 : 0;
    if (!isEscape) plain[length++] = byte;
  }
  return plain.subarray(0, length);
}
