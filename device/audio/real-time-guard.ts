import { SourceError } from '../capture/source-error.ts';
import { FRAME_MS, type OpusFrame } from './opus-frame.ts';

const WINDOW_US = 10_000_000;
/** What sound systems keep for a program that starts, and what waited while this process stood still. */
const MOST_FRAMES_A_WINDOW = (3 * WINDOW_US) / (FRAME_MS * 1000);

/** Some ALSA devices (`null`, files) give sound as fast as it is taken, which would flood every viewer. */
export class RealTimeGuard {
  readonly #description: string;
  #windowBeganAtUs = Number.NEGATIVE_INFINITY;
  #frames = 0;

  constructor(description: string) {
    this.#description = description;
  }

  /** @throws SourceError */
  check({ arrivedAtUs }: OpusFrame): void {
    if (arrivedAtUs - this.#windowBeganAtUs >= WINDOW_US) {
      this.#windowBeganAtUs = arrivedAtUs;
      this.#frames = 0;
    }
    this.#frames += 1;
    if (this.#frames <= MOST_FRAMES_A_WINDOW) return;
    throw new SourceError(
      `${this.#description} gives sound faster than time passes, so it is no microphone; name another one in audio.source.`,
      { isFinal: true },
    );
  }
}
