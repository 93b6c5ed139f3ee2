import { accessUnitBytes, type AccessUnit } from '../../media/access-unit.ts';
import type { VideoSettings } from '../capture/source.ts';
import type { Picture } from './picture.ts';

export interface GopBounds {
  readonly maxPictures: number;
  readonly maxBytes: number;
}

/** Pictures of so long are caught up with about as soon as an encoder makes a key frame. */
const LONG_US = 500_000;
const DEFAULT_BOUNDS: GopBounds = { maxPictures: 300, maxBytes: 8 * 1024 * 1024 };
/** Encoders keep neither interval nor bit rate exactly. */
const MARGIN = 1.5;
/** However long the group: more would be missed elsewhere on a small machine. */
const MOST_BYTES = 32 * 1024 * 1024;
const BYTES_PER_KILOBIT = 125;

/** Enough for a group of pictures as it is configured. */
export function gopBoundsOf({
  fps,
  keyframeIntervalS,
  bitrateKbps,
}: Pick<VideoSettings, 'fps' | 'keyframeIntervalS' | 'bitrateKbps'>): GopBounds {
  const pictures = Math.ceil(fps * keyframeIntervalS * MARGIN);
  const bytes = Math.ceil(bitrateKbps * BYTES_PER_KILOBIT * keyframeIntervalS * MARGIN);
  return {
    maxPictures: Math.max(pictures, DEFAULT_BOUNDS.maxPictures),
    maxBytes: Math.min(Math.max(bytes, DEFAULT_BOUNDS.maxBytes), MOST_BYTES),
  };
}

/** The newest key frame and what followed it, so that a new viewer sees a picture at once. */
export class NewestGop {
  readonly #bounds: GopBounds;
  #keyframe: AccessUnit | undefined;
  #pictures: Picture[] = [];
  #bytes = 0;

  constructor(bounds = DEFAULT_BOUNDS) {
    this.#bounds = bounds;
  }

  get keyframe(): AccessUnit | undefined {
    return this.#keyframe;
  }

  /**
   * Beginning with a key frame. Empty before the first one, and when the group has outgrown its bounds: a viewer then
   * has to wait for the next key frame, because a key frame without what followed it cannot be continued.
   */
  get pictures(): readonly Picture[] {
    return this.#pictures;
  }

  /** True when a new viewer is in the present sooner with a key frame on request. */
  get isLong(): boolean {
    const [first, last] = [this.#pictures[0], this.#pictures.at(-1)];
    return first !== undefined && last !== undefined && last.captureTimeUs - first.captureTimeUs > LONG_US;
  }

  add(unit: AccessUnit, picture: Picture): void {
    if (unit.isKeyframe) this.#beginWith(unit);
    else if (this.#pictures.length === 0) return;
    this.#pictures.push(picture);
    this.#bytes += accessUnitBytes(unit);
    if (this.#pictures.length > this.#bounds.maxPictures || this.#bytes > this.#bounds.maxBytes) {
      this.#pictures = [];
    }
  }

  forget(): void {
    this.#keyframe = undefined;
    this.#pictures = [];
  }

  #beginWith(keyframe: AccessUnit): void {
    this.#keyframe = keyframe;
    this.#pictures = [];
    this.#bytes = 0;
  }
}
