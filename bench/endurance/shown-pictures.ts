import type { Seen } from './messages.ts';
import type { PictureStamp } from './numbered-pictures.ts';

/** What a decoder could have shown of the pictures that came whole. */
export class ShownPictures {
  #last: { readonly number: number; readonly atMs: number } | undefined;
  /** The newest whole picture of an unbroken row from a key frame on. */
  #decoded: number | undefined;
  #pictures = 0;
  #longestGapPictures = 0;
  #longestGapMs = 0;
  #delaysMs: number[] = [];

  add({ number, isKeyframe, readyMs }: PictureStamp, atMs: number): void {
    if (!isKeyframe && number - 1 !== this.#decoded) return;
    this.#decoded = number;
    this.#pictures += 1;
    this.#delaysMs.push(atMs - readyMs);
    if (this.#last) this.#noteGap(number - this.#last.number - 1, atMs - this.#last.atMs);
    this.#last = { number, atMs };
  }

  /** @param ended why the viewer sees nothing any more. */
  take(ended: string | undefined): Seen {
    const seen = {
      pictures: this.#pictures,
      longestGapPictures: this.#longestGapPictures,
      longestGapMs: this.#longestGapMs,
      delaysMs: this.#delaysMs,
      ended,
    };
    // Nothing is sent between two rounds: that is no gap.
    this.#last = undefined;
    this.#pictures = 0;
    this.#longestGapPictures = 0;
    this.#longestGapMs = 0;
    this.#delaysMs = [];
    return seen;
  }

  #noteGap(pictures: number, ms: number): void {
    this.#longestGapPictures = Math.max(this.#longestGapPictures, pictures);
    this.#longestGapMs = Math.max(this.#longestGapMs, ms);
  }
}
