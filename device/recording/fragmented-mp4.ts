import type { AccessUnit } from '../../media/access-unit.ts';
import { avcSample } from '../../media/fragmented-mp4/avc-sample.ts';
import {
  initializationSegment,
  VIDEO_TIMESCALE,
  VIDEO_TRACK,
} from '../../media/fragmented-mp4/initialization-segment.ts';
import { mediaSegment } from '../../media/fragmented-mp4/media-segment.ts';
import { randomAccessIndex, type AccessPoint } from '../../media/fragmented-mp4/random-access.ts';
import { findParameterSets } from '../../media/fragmented-mp4/sample-descriptions.ts';

const TICKS_PER_US = VIDEO_TIMESCALE / 1_000_000;
/** With key frames each second or rarer, every group of pictures is a fragment. */
const SHORTEST_FRAGMENT_TICKS = VIDEO_TIMESCALE;
const ONLY_PICTURE_TICKS = VIDEO_TIMESCALE / 30;

/** Where the file's bytes go; resolves when they are safe. Each call but the first and the last brings a whole fragment. */
export type WriteBytes = (bytes: Uint8Array, position: number) => Promise<void>;

interface Picture {
  readonly data: Buffer;
  readonly ticks: number;
  readonly isSync: boolean;
}

/**
 * Writes access units as they are into a fragmented MP4 (ISO/IEC 14496-12 §8.8): what was written before the last
 * whole fragment plays, whatever happens afterwards. Capture times are kept, counted from the first picture.
 */
export class FragmentedMp4 {
  readonly #write: WriteBytes;
  readonly #accessPoints: AccessPoint[] = [];
  #startUs: number | undefined;
  #position = 0;
  #pictures: Picture[] = [];

  constructor(write: WriteBytes) {
    this.#write = write;
  }

  /**
   * Adds the next picture; the first must be a key frame with SPS and PPS. One call at a time.
   * @throws Error for a first picture that cannot begin a file, and what `write` rejected with.
   */
  async add(unit: AccessUnit): Promise<void> {
    if (this.#startUs === undefined) await this.#begin(unit);
    const ticks = this.#ticksOf(unit);
    const [first] = this.#pictures;
    if (unit.isKeyframe && first && ticks - first.ticks >= SHORTEST_FRAGMENT_TICKS)
      await this.#writeFragment(ticks);
    this.#pictures.push({ data: avcSample(unit.nalUnits), ticks, isSync: unit.isKeyframe });
  }

  /** Writes what is left and the index. */
  async finish(): Promise<void> {
    const [beforeLast, last] = this.#pictures.slice(-2);
    if (!beforeLast) return;
    const step = last ? last.ticks - beforeLast.ticks : ONLY_PICTURE_TICKS;
    await this.#writeFragment((last ?? beforeLast).ticks + step);
    await this.#append(randomAccessIndex(VIDEO_TRACK, this.#accessPoints));
  }

  async #begin(unit: AccessUnit): Promise<void> {
    const parameterSets = findParameterSets(unit.nalUnits);
    if (!parameterSets)
      throw new Error('a recording can only begin with a key frame that has its parameter sets');
    this.#startUs = unit.captureTimeUs;
    await this.#append(initializationSegment(parameterSets));
  }

  /** From the beginning, and never twice the same. */
  #ticksOf({ captureTimeUs }: AccessUnit): number {
    const ticks = Math.round((captureTimeUs - (this.#startUs ?? captureTimeUs)) * TICKS_PER_US);
    return Math.max(ticks, (this.#pictures.at(-1)?.ticks ?? -1) + 1);
  }

  async #writeFragment(endTicks: number): Promise<void> {
    const pictures = this.#pictures;
    const time = pictures[0]?.ticks ?? 0;
    this.#pictures = [];
    const samples = pictures.map(({ data, ticks, isSync }, index) => ({
      data,
      duration: (pictures[index + 1]?.ticks ?? endTicks) - ticks,
      isSync,
    }));
    this.#accessPoints.push({ time, position: this.#position });
    const run = { track: VIDEO_TRACK, decodeTime: time, samples };
    await this.#append(mediaSegment(this.#accessPoints.length, [run]));
  }

  async #append(bytes: Buffer): Promise<void> {
    const position = this.#position;
    this.#position += bytes.length;
    await this.#write(bytes, position);
  }
}
