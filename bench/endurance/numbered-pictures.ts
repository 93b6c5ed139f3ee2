import type { AccessUnit } from '../../media/access-unit.ts';
import { NalType, nalTypeOf } from '../../media/h264-nal.ts';

export const PICTURES_PER_SECOND = 30;
/** Seldom, so that a viewer that does not recover by itself is noticed. */
const KEYFRAME_EVERY = 10 * PICTURES_PER_SECOND;
const KEYFRAME_BYTES = 66_000;
const OTHER_BYTES = 7_000;
/** The NAL unit's header, and the beginning of the first slice of a picture. */
const IDR_SLICE = Buffer.from([0x65, 0x88]);
const OTHER_SLICE = Buffer.from([0x41, 0x9a]);
/** Baseline 3.1, 1280x720; nobody decodes them here. */
const SPS = Buffer.from('6742c01fda014016ec0440000003004000000f03c60ca8', 'hex');
const PPS = Buffer.from('68ce3c80', 'hex');
const NUMBER_AT = 8;
const READY_TIME_AT = 16;
const LEAST_BYTES = READY_TIME_AT + 8;

export interface PictureStamp {
  /** Counts the pictures from 0 on. */
  readonly number: number;
  readonly isKeyframe: boolean;
  /** When the camera had it, on this machine's monotonic clock. */
  readonly readyMs: number;
}

/** A picture of a usual size that says in its slice which one it is. */
export function makeNumberedPicture(number: number, nowMs: number, wantsKeyframe: boolean): AccessUnit {
  const isKeyframe = wantsKeyframe || number % KEYFRAME_EVERY === 0;
  const slice = Buffer.alloc(isKeyframe ? KEYFRAME_BYTES : OTHER_BYTES, 0x5a);
  slice.set(isKeyframe ? IDR_SLICE : OTHER_SLICE);
  slice.writeDoubleBE(number, NUMBER_AT);
  slice.writeDoubleBE(nowMs, READY_TIME_AT);
  const nalUnits = isKeyframe ? [SPS, PPS, slice] : [slice];
  return { nalUnits, captureTimeUs: Math.round(nowMs * 1_000), isKeyframe };
}

/** undefined for what is none of them. */
export function readStamp({ nalUnits }: AccessUnit): PictureStamp | undefined {
  const slice = nalUnits.at(-1);
  if (!slice || slice.length < LEAST_BYTES) return undefined;
  return {
    number: slice.readDoubleBE(NUMBER_AT),
    readyMs: slice.readDoubleBE(READY_TIME_AT),
    isKeyframe: nalTypeOf(slice) === NalType.idr,
  };
}
