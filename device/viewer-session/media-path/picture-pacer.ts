import type { Clock } from '../../capture/clock.ts';
import type { Picture } from '../../live-stream/picture.ts';
import { pictureBytes } from './retransmission-ring.ts';
import { TokenBucket } from './token-bucket.ts';

export interface PicturePacerOptions {
  readonly clock: Clock;
  /** Of the stream, as far as it is known. */
  readonly bitrateKbps: () => number | undefined;
  readonly send: (picture: Picture) => void;
  /** So many pictures were left out to catch up. */
  readonly handleSkip: (pictures: number) => void;
}

/** A viewer that joins gets the newest group of pictures this many times as fast as it was made. */
const PACE_MULTIPLE = 4;
const LEAST_BITRATE_KBPS = 1_000;
/** What may go out at once: a key frame of the usual size, so that no picture waits in the usual case. */
const BURST_S = 0.25;
const LEAST_BURST_BYTES = 32 * 1024;
const PAUSE_MS = 5;
const BYTES_PER_KILOBIT = 125;

/**
 * Hands pictures on as fast as a link of a few times the stream's bitrate takes them.
 *
 * A whole group of pictures in one go would overflow the buffers of a weak link, the key frame that everything
 * depends on included. Pictures are not divided, and the first goes at once.
 */
export class PicturePacer {
  readonly #options: PicturePacerOptions;
  readonly #bucket = new TokenBucket();
  #waiting: Picture[] = [];
  #cancelPause: (() => void) | undefined;

  constructor(options: PicturePacerOptions) {
    this.#options = options;
  }

  get waitingPictures(): number {
    return this.#waiting.length;
  }

  push(picture: Picture): void {
    if (picture.isKeyframe) this.#skipWaiting();
    this.#waiting.push(picture);
    this.#sendWhatFits();
  }

  close(): void {
    this.#waiting = [];
    this.#cancelPause?.();
    this.#cancelPause = undefined;
  }

  /** Nothing after a key frame needs what came before it. */
  #skipWaiting(): void {
    if (this.#waiting.length === 0) return;
    this.#options.handleSkip(this.#waiting.length);
    this.#waiting = [];
  }

  #sendWhatFits(): void {
    while (this.#waiting.length > 0 && this.#hasCredit()) {
      const picture = this.#waiting.shift();
      if (!picture) return;
      this.#bucket.spend(pictureBytes(picture));
      this.#options.send(picture);
    }
    if (this.#waiting.length > 0) this.#pause();
  }

  #hasCredit(): boolean {
    const bitrateKbps = Math.max(this.#options.bitrateKbps() ?? 0, LEAST_BITRATE_KBPS);
    const bytesPerSecond = bitrateKbps * BYTES_PER_KILOBIT;
    const burstBytes = Math.max(bytesPerSecond * BURST_S, LEAST_BURST_BYTES);
    return this.#bucket.hasCredit(this.#options.clock.nowUs(), bytesPerSecond * PACE_MULTIPLE, burstBytes);
  }

  #pause(): void {
    this.#cancelPause ??= this.#options.clock.after(PAUSE_MS, () => {
      this.#cancelPause = undefined;
      this.#sendWhatFits();
    });
  }
}
