import { BitReader } from './bit-reader.ts';
import { NalType, nalTypeOf, removeEmulationPrevention } from './h264-nal.ts';

/** What Picam needs of a sequence parameter set (ITU-T H.264 §7.3.2.1, Annex E). */
export interface SequenceParameterSet {
  readonly profileIdc: number;
  /** The byte with constraint_set0_flag as its highest bit. */
  readonly constraintFlags: number;
  /** Ten times the level: 31 is level 3.1. */
  readonly levelIdc: number;
  /** Visible size in pixels, after cropping. */
  readonly width: number;
  readonly height: number;
  /** Pictures a second, if the stream says so believably: encoders with a variable rate write their clock's rate. */
  readonly framesPerSecond?: number;
  /** How many pictures may be shown before one that was sent earlier; above 0 means B-frames. Absent: not said. */
  readonly maxNumReorderFrames?: number;
  /** `profile-level-id` of RFC 6184 §8.1: six lower-case hex digits. */
  readonly profileLevelId: string;
}

interface Frame {
  readonly width: number;
  readonly height: number;
}

interface Usability {
  readonly framesPerSecond?: number;
  readonly maxNumReorderFrames?: number;
}

const PROFILES_WITH_CHROMA_FORMAT = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
const EXTENDED_SAMPLE_ASPECT_RATIO = 255;
const MOST_REFERENCE_FRAMES_IN_CYCLE = 255;
const MOST_HRD_SCHEDULES = 32;
const MOST_FRAMES_PER_SECOND = 1000;
const LARGEST_SIDE_PIXELS = 16_384;

/** Parses a sequence parameter set without start code; undefined when it is none or is damaged. */
export function parseSps(nalUnit: Uint8Array): SequenceParameterSet | undefined {
  if (nalTypeOf(nalUnit) !== NalType.sps) return undefined;
  const bits = new BitReader(removeEmulationPrevention(nalUnit.subarray(1)));
  const profileIdc = bits.readBits(8);
  const constraintFlags = bits.readBits(8);
  const levelIdc = bits.readBits(8);
  bits.readUnsignedExpGolomb();
  const chromaFormat = PROFILES_WITH_CHROMA_FORMAT.has(profileIdc) ? readChromaFormat(bits) : 1;
  bits.readUnsignedExpGolomb();
  skipPictureOrderCount(bits);
  bits.readUnsignedExpGolomb();
  bits.readBit();
  const frame = readFrame(bits, chromaFormat);
  if (bits.isExhausted || !isPlausible(frame)) return undefined;
  const usability = bits.readFlag() ? readUsability(bits) : {};
  const profileLevelId = Buffer.from([profileIdc, constraintFlags, levelIdc]).toString('hex');
  return {
    profileIdc,
    constraintFlags,
    levelIdc,
    ...frame,
    ...usability,
    profileLevelId,
  };
}

/** The profile's name as encoders print it. */
export function profileName({ profileIdc, constraintFlags }: SequenceParameterSet): string {
  if (profileIdc === 66) return (constraintFlags & 0x40) !== 0 ? 'Constrained Baseline' : 'Baseline';
  if (profileIdc === 77) return 'Main';
  if (profileIdc === 88) return 'Extended';
  if (profileIdc === 100) return 'High';
  return `profile ${profileIdc}`;
}

function readChromaFormat(bits: BitReader): number {
  const chromaFormat = bits.readUnsignedExpGolomb();
  const hasSeparatePlanes = chromaFormat === 3 && bits.readFlag();
  bits.readUnsignedExpGolomb();
  bits.readUnsignedExpGolomb();
  bits.readBit();
  if (bits.readFlag()) skipScalingLists(bits, chromaFormat === 3 ? 12 : 8);
  return hasSeparatePlanes ? 0 : chromaFormat;
}

function skipScalingLists(bits: BitReader, count: number): void {
  for (let list = 0; list < count; list += 1) {
    if (bits.readFlag()) skipScalingList(bits, list < 6 ? 16 : 64);
  }
}

function skipScalingList(bits: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let i = 0; i < size; i += 1) {
    if (next !== 0) next = (last + bits.readSignedExpGolomb() + 256) % 256;
    last = next === 0 ? last : next;
  }
}

function skipPictureOrderCount(bits: BitReader): void {
  const type = bits.readUnsignedExpGolomb();
  if (type === 0) bits.readUnsignedExpGolomb();
  if (type !== 1) return;
  bits.readBit();
  bits.readSignedExpGolomb();
  bits.readSignedExpGolomb();
  const frames = Math.min(bits.readUnsignedExpGolomb(), MOST_REFERENCE_FRAMES_IN_CYCLE);
  for (let i = 0; i < frames; i += 1) bits.readSignedExpGolomb();
}

function readFrame(bits: BitReader, chromaFormat: number): Frame {
  const widthInMacroblocks = bits.readUnsignedExpGolomb() + 1;
  const heightInMapUnits = bits.readUnsignedExpGolomb() + 1;
  const fieldsPerMapUnit = bits.readFlag() ? 1 : 2;
  if (fieldsPerMapUnit === 2) bits.readBit();
  bits.readBit();
  const [left, right, top, bottom] = bits.readFlag() ? readCrop(bits) : [0, 0, 0, 0];
  const cropUnitX = chromaFormat === 1 || chromaFormat === 2 ? 2 : 1;
  const cropUnitY = (chromaFormat === 1 ? 2 : 1) * fieldsPerMapUnit;
  return {
    width: widthInMacroblocks * 16 - (left + right) * cropUnitX,
    height: heightInMapUnits * 16 * fieldsPerMapUnit - (top + bottom) * cropUnitY,
  };
}

function readCrop(bits: BitReader): [number, number, number, number] {
  const left = bits.readUnsignedExpGolomb();
  const right = bits.readUnsignedExpGolomb();
  const top = bits.readUnsignedExpGolomb();
  return [left, right, top, bits.readUnsignedExpGolomb()];
}

function isPlausible({ width, height }: Frame): boolean {
  return [width, height].every((side) => side > 0 && side <= LARGEST_SIDE_PIXELS);
}

/** `vui_parameters()`, H.264 §E.1.1. */
function readUsability(bits: BitReader): Usability {
  if (bits.readFlag() && bits.readBits(8) === EXTENDED_SAMPLE_ASPECT_RATIO) bits.readBits(32);
  if (bits.readFlag()) bits.readBit();
  if (bits.readFlag()) skipVideoSignalType(bits);
  if (bits.readFlag()) {
    bits.readUnsignedExpGolomb();
    bits.readUnsignedExpGolomb();
  }
  const framesPerSecond = bits.readFlag() ? readFramesPerSecond(bits) : undefined;
  skipHypotheticalDecoder(bits);
  bits.readBit();
  const maxNumReorderFrames = bits.readFlag() ? readMaxNumReorderFrames(bits) : undefined;
  if (bits.isExhausted) return {};
  return {
    ...(framesPerSecond === undefined ? {} : { framesPerSecond }),
    ...(maxNumReorderFrames === undefined ? {} : { maxNumReorderFrames }),
  };
}

function skipVideoSignalType(bits: BitReader): void {
  bits.readBits(4);
  if (bits.readFlag()) bits.readBits(24);
}

function readFramesPerSecond(bits: BitReader): number | undefined {
  const unitsInTick = bits.readBits(32);
  const timeScale = bits.readBits(32);
  bits.readBit();
  const framesPerSecond = timeScale / (2 * unitsInTick);
  return framesPerSecond > 0 && framesPerSecond <= MOST_FRAMES_PER_SECOND ? framesPerSecond : undefined;
}

function skipHypotheticalDecoder(bits: BitReader): void {
  const hasNal = bits.readFlag();
  if (hasNal) skipHrdParameters(bits);
  const hasVcl = bits.readFlag();
  if (hasVcl) skipHrdParameters(bits);
  if (hasNal || hasVcl) bits.readBit();
}

function skipHrdParameters(bits: BitReader): void {
  const schedules = Math.min(bits.readUnsignedExpGolomb() + 1, MOST_HRD_SCHEDULES);
  bits.readBits(8);
  for (let i = 0; i < schedules; i += 1) {
    bits.readUnsignedExpGolomb();
    bits.readUnsignedExpGolomb();
    bits.readBit();
  }
  bits.readBits(20);
}

function readMaxNumReorderFrames(bits: BitReader): number {
  bits.readBit();
  for (let i = 0; i < 4; i += 1) bits.readUnsignedExpGolomb();
  const maxNumReorderFrames = bits.readUnsignedExpGolomb();
  bits.readUnsignedExpGolomb();
  return maxNumReorderFrames;
}
