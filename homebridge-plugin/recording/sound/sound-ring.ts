import type { Clock } from '../../../foundation/clock.ts';
import { LONGEST_AAC_FRAME_BYTES } from '../../../media/aac.ts';

export interface SoundWish {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The newest frames of sound by their places: never more than so many, and none of more than 768 bytes. */
export class SoundRing {
  readonly #mostFrames: number;
  readonly #clock: Clock;
  readonly #kept = new Map<number, Buffer>();
  readonly #waiting = new Set<() => void>();
  #bytes = 0;
  #end = Number.NEGATIVE_INFINITY;

  constructor(mostFrames: number, clock: Clock) {
    this.#mostFrames = mostFrames;
    this.#clock = clock;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(place: number, frame: Buffer): void {
    if (frame.length > LONGEST_AAC_FRAME_BYTES) return;
    this.#remove(place);
    this.#kept.set(place, frame);
    this.#bytes += frame.length;
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > this.#mostFrames && oldest !== undefined) this.#remove(oldest);
    this.#end = place + 1;
    this.#wake();
  }

  at(place: number): Buffer | undefined {
    return this.#kept.get(place);
  }

  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
    this.#end = Number.NEGATIVE_INFINITY;
    this.#wake();
  }

  /** Until the sound has come so far, is cleared, or it takes too long. */
  async reaches(end: number, { timeoutMs, signal }: SoundWish): Promise<void> {
    if (this.#end >= end || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const settle = () => {
        this.#waiting.delete(look);
        signal.removeEventListener('abort', settle);
        cancel();
        resolve();
      };
      const look = () => {
        if (this.#end >= end || this.#kept.size === 0) settle();
      };
      const cancel = this.#clock.after(timeoutMs, settle);
      signal.addEventListener('abort', settle);
      this.#waiting.add(look);
    });
  }

  #remove(place: number): void {
    this.#bytes -= this.#kept.get(place)?.length ?? 0;
    this.#kept.delete(place);
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }
}
