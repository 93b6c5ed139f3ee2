import type { ParameterSets } from '../../media/fragmented-mp4/sample-descriptions.ts';
import type { Sample } from '../../media/fragmented-mp4/media-segment.ts';
import type { RecordedPicture } from './recorded-picture.ts';

const TICKS_PER_MS = 90;
const DEFAULT_PICTURE_TICKS = 3_000;

/** A key frame and the pictures up to the next one. */
export interface Fragment {
  /** 90 kHz, of its first picture. */
  readonly startTicks: number;
  readonly durationTicks: number;
  readonly samples: readonly Sample[];
  readonly parameterSets: ParameterSets;
  readonly bytes: number;
  /** What comes next, if anything does, cannot continue it in the same recording. */
  readonly isLast: boolean;
}

export interface FragmentLimits {
  readonly maxMs: number;
  readonly maxBytes: number;
}

interface OpenFragment {
  readonly startTicks: number;
  readonly parameterSets: ParameterSets;
  readonly pictures: RecordedPicture[];
  bytes: number;
  isFull: boolean;
}

/**
 * Cuts the pictures into fragments, each beginning with a key frame and none longer than allowed: when the next key
 * frame comes too late, the last picture that has room is shown up to there.
 */
export class FragmentBuilder {
  readonly #maxTicks: number;
  readonly #maxBytes: number;
  #open: OpenFragment | undefined;
  #leftOutPictures = 0;

  constructor({ maxMs, maxBytes }: FragmentLimits) {
    this.#maxTicks = maxMs * TICKS_PER_MS;
    this.#maxBytes = maxBytes;
  }

  /** Pictures that had no room because no key frame came in time. */
  get leftOutPictures(): number {
    return this.#leftOutPictures;
  }

  get bytes(): number {
    return this.#open?.bytes ?? 0;
  }

  /** False until a key frame comes. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** How long the open fragment has become. */
  get openMs(): number {
    const newest = this.#open?.pictures.at(-1);
    return this.#open && newest ? (newest.ticks - this.#open.startTicks) / TICKS_PER_MS : 0;
  }

  /** Adds the next picture, and returns the fragment that it completed. The first must be a key frame. */
  push(picture: RecordedPicture): Fragment | undefined {
    if (picture.isKeyframe) {
      const isLast = this.#open !== undefined && this.#open.parameterSets !== picture.parameterSets;
      const closed = this.#close(picture.ticks, isLast);
      this.#begin(picture);
      return closed;
    }
    this.#append(picture);
    return undefined;
  }

  /** Completes what is open, as the last that will come. */
  finish(): Fragment | undefined {
    const [beforeLast, last] = this.#open?.pictures.slice(-2) ?? [];
    if (!beforeLast) return undefined;
    const newest = last ?? beforeLast;
    const step = last ? last.ticks - beforeLast.ticks : DEFAULT_PICTURE_TICKS;
    return this.#close(newest.ticks + step, true);
  }

  #begin(picture: RecordedPicture): void {
    const { ticks: startTicks, parameterSets } = picture;
    this.#open = { startTicks, parameterSets, pictures: [], bytes: 0, isFull: false };
    this.#append(picture);
    if (this.#open.pictures.length === 0) this.#open = undefined;
  }

  #append(picture: RecordedPicture): void {
    const open = this.#open;
    if (!open) return;
    const isTooLate = picture.ticks - open.startTicks >= this.#maxTicks;
    if (isTooLate || open.bytes + picture.data.length > this.#maxBytes) open.isFull = true;
    if (open.isFull) {
      this.#leftOutPictures += 1;
      return;
    }
    open.pictures.push(picture);
    open.bytes += picture.data.length;
  }

  #close(nextTicks: number, isLast: boolean): Fragment | undefined {
    const open = this.#open;
    this.#open = undefined;
    if (!open) return undefined;
    const { startTicks, parameterSets, pictures, bytes } = open;
    const endTicks = Math.min(nextTicks, startTicks + this.#maxTicks);
    const samples = pictures.map(({ ticks, data, isKeyframe }, index) => ({
      data,
      duration: (pictures[index + 1]?.ticks ?? endTicks) - ticks,
      isSync: isKeyframe,
    }));
    return { startTicks, durationTicks: endTicks - startTicks, samples, parameterSets, bytes, isLast };
  }
}
