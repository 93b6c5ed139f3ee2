import { accessUnitBytes, type AccessUnit } from '../../media/access-unit.ts';

/** Ten seconds at 30 pictures a second: what counts as usual. */
const USUAL_PICTURES = 300;
const FEWEST_PICTURES = 30;
/** One large picture alone is noise of the encoder, not motion. */
const NEWEST_PICTURES = 5;
/** Pictures of a still scene are tiny, and a few bytes more are many times as large. */
const SMALLEST_CHANGE_BYTES = 150;
const PICTURES_BETWEEN_MEDIANS = 15;

/**
 * Tells motion by the sizes of the coded pictures between key frames, against their running median: what changes takes
 * bits. Costs next to nothing, because no picture is decoded.
 *
 * It is a rough measure. It cannot say where something moves, takes a lamp that is switched on for motion, and sees
 * nothing slow or small. The noise of a dark scene hides motion, because it takes more bits than what moves; so does an
 * encoder that has to fill a constant bit rate and makes all pictures of one size. Movement that goes on for longer than about five seconds becomes the usual and is not told any more.
 */
export class CodedMotionMeter {
  readonly #factor: number;
  #sizes: number[] = [];
  #median = 0;
  #untilMedian = 0;

  /** @param sensitivity 1 to 100: pictures 4.9 to 1.25 times the usual size, at 50 twice. */
  constructor(sensitivity: number) {
    this.#factor = 1 + 4 * 2 ** (-sensitivity / 25);
  }

  /** @returns whether something moves; undefined for a picture that does not tell. */
  add(unit: AccessUnit): boolean | undefined {
    if (unit.isKeyframe) return undefined;
    this.#sizes.push(accessUnitBytes(unit));
    if (this.#sizes.length > USUAL_PICTURES) this.#sizes.shift();
    if (this.#sizes.length < FEWEST_PICTURES) return undefined;
    this.#updateMedian();
    const newest = this.#sizes.slice(-NEWEST_PICTURES);
    const average = newest.reduce((sum, size) => sum + size, 0) / newest.length;
    return average > Math.max(this.#median * this.#factor, this.#median + SMALLEST_CHANGE_BYTES);
  }

  forget(): void {
    this.#sizes = [];
    this.#untilMedian = 0;
  }

  #updateMedian(): void {
    this.#untilMedian -= 1;
    if (this.#untilMedian > 0) return;
    this.#untilMedian = PICTURES_BETWEEN_MEDIANS;
    const sorted = [...this.#sizes].sort((a, b) => a - b);
    this.#median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  }
}
