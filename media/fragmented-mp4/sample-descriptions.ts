import { box, fullBox, uint16, uint32, zeros } from './box.ts';
import { NalType, nalTypeOf } from '../h264-nal.ts';
import { parseSps } from '../h264-sps.ts';

/** What a decoder has to know before the first picture. */
export interface ParameterSets {
  readonly sps: Buffer;
  readonly pps: readonly Buffer[];
}

/** Those among a picture's NAL units, not copied; undefined when one kind is missing. */
export function findParameterSets(nalUnits: readonly Buffer[]): ParameterSets | undefined {
  const sps = nalUnits.find((nalUnit) => nalTypeOf(nalUnit) === NalType.sps);
  const pps = nalUnits.filter((nalUnit) => nalTypeOf(nalUnit) === NalType.pps);
  return sps && pps.length > 0 ? { sps, pps } : undefined;
}

/** AAC as MP4 describes it. */
export interface AacFormat {
  readonly sampleRate: number;
  /** AudioSpecificConfig, ISO/IEC 14496-3 §1.6.2.1. */
  readonly description: Buffer;
}

const FIRST_REFERENCE = 1;
const DOTS_PER_INCH = 0x0048_0000;
const PICTURES_A_SAMPLE = 1;
const DEPTH_24 = 0x18;
const NO_COLOUR_TABLE = 0xffff;
const LENGTH_BYTES_MINUS_ONE = 3;
const PROFILES_WITH_FORMAT = new Set([100, 110, 122, 144]);
/** 4:2:0 in 8 bits, and no more SPS: what cameras encode. */
const FORMAT_OF_CAMERAS = Buffer.of(0xfd, 0xf8, 0xf8, 0x00);

const AAC_OBJECT_TYPE = 0x40;
const AUDIO_STREAM = 0x15;
const MONO = 1;
const BITS_A_SAMPLE = 16;
const NO_SYNC_LAYER = Buffer.of(0x02);

/** @throws Error when the sequence parameter set cannot be read. */
export function pictureSize({ sps }: ParameterSets): { readonly width: number; readonly height: number } {
  const parsed = parseSps(sps);
  if (!parsed) throw new Error('the sequence parameter set is damaged');
  return parsed;
}

/** `avc1` of ISO/IEC 14496-15: the parameter sets are here and need not be among the samples. */
export function avcSampleEntry(sets: ParameterSets): Buffer {
  const { width, height } = pictureSize(sets);
  return box(
    'avc1',
    zeros(6),
    uint16(FIRST_REFERENCE),
    zeros(16),
    uint16(width, height),
    uint32(DOTS_PER_INCH, DOTS_PER_INCH, 0),
    uint16(PICTURES_A_SAMPLE),
    zeros(32),
    uint16(DEPTH_24, NO_COLOUR_TABLE),
    avcConfiguration(sets),
  );
}

/** `mp4a` with the description of AAC that belongs into it. */
export function aacSampleEntry({ sampleRate, description }: AacFormat): Buffer {
  return box(
    'mp4a',
    zeros(6),
    uint16(FIRST_REFERENCE),
    zeros(8),
    uint16(MONO, BITS_A_SAMPLE),
    zeros(4),
    uint32(sampleRate * 65_536),
    fullBox('esds', 0, 0, elementaryStream(description)),
  );
}

function avcConfiguration({ sps, pps }: ParameterSets): Buffer {
  const profile = sps[1] ?? 0;
  return box(
    'avcC',
    Buffer.of(1, profile, sps[2] ?? 0, sps[3] ?? 0, 0xfc | LENGTH_BYTES_MINUS_ONE, 0xe0 | 1),
    uint16(sps.length),
    sps,
    Buffer.of(pps.length),
    ...pps.flatMap((set) => [uint16(set.length), set]),
    ...(PROFILES_WITH_FORMAT.has(profile) ? [FORMAT_OF_CAMERAS] : []),
  );
}

/** ISO/IEC 14496-1 §7.2.6: descriptors in descriptors. */
function elementaryStream(description: Buffer): Buffer {
  const decoder = descriptor(
    0x04,
    Buffer.of(AAC_OBJECT_TYPE, AUDIO_STREAM),
    zeros(3 + 4 + 4),
    descriptor(0x05, description),
  );
  return descriptor(0x03, uint16(0), zeros(1), decoder, descriptor(0x06, NO_SYNC_LAYER));
}

/** All that is written here is short enough for a length of one byte. */
function descriptor(tag: number, ...content: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(content);
  return Buffer.concat([Buffer.of(tag, bytes.length), bytes]);
}
