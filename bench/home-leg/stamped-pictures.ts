import { NalType, nalTypeOf } from '../../media/h264-nal.ts';
import type { AccessUnit } from '../../media/access-unit.ts';
import { readRecording } from '../chromium/recording.ts';

const STAMP_BYTES = 16;
const STAMP = /^[0-9a-f]{16}$/u;
const US_PER_MS = 1_000;

/**
 * A recording, over and over, of which each picture ends with the time when it was ready, in letters that no H.264
 * parser takes for anything but picture data. However it is cut into packets on the way, it is there when it has
 * arrived.
 */
export class StampedPictures {
  readonly #recording = readRecording();
  #next = 0;

  /** SPS and PPS. */
  get parameterSets(): readonly Buffer[] {
    const [first] = this.#recording;
    return first?.nalUnits.filter((nalUnit) => isParameterSet(nalTypeOf(nalUnit))) ?? [];
  }

  next(readyAtMs: number): AccessUnit {
    const recorded = this.#recording[this.#next % this.#recording.length];
    if (!recorded) throw new Error('the recording is empty');
    this.#next += 1;
    const captureTimeUs = Math.round(readyAtMs * US_PER_MS);
    const slice = Buffer.from(recorded.nalUnits.at(-1) ?? []);
    slice.write(captureTimeUs.toString(16).padStart(STAMP_BYTES, '0'), slice.length - STAMP_BYTES, 'latin1');
    return { ...recorded, nalUnits: [...recorded.nalUnits.slice(0, -1), slice], captureTimeUs };
  }
}

/** When this picture was ready; undefined for one without a stamp. */
export function readyAtMs({ nalUnits }: AccessUnit): number | undefined {
  const stamp = nalUnits.at(-1)?.subarray(-STAMP_BYTES).toString('latin1') ?? '';
  return STAMP.test(stamp) ? Number.parseInt(stamp, 16) / US_PER_MS : undefined;
}

function isParameterSet(type: number): boolean {
  return type === NalType.sps || type === NalType.pps;
}
