import type { Clock } from '../capture/clock.ts';

/** A key frame costs many times an ordinary picture: more often than this, viewers in trouble only make more trouble. */
const SHORTEST_INTERVAL_MS = 500;
const MICROSECONDS_PER_MILLISECOND = 1000;

/** Lets key-frame requests through at most once per interval; those that come too early share one at its end. */
export class KeyframeRequests {
  readonly #clock: Clock;
  readonly #send: () => void;
  #sentAtUs = Number.NEGATIVE_INFINITY;
  #cancelPending: (() => void) | undefined;

  constructor(clock: Clock, send: () => void) {
    this.#clock = clock;
    this.#send = send;
  }

  request(): void {
    if (this.#cancelPending) return;
    const sinceMs = (this.#clock.nowUs() - this.#sentAtUs) / MICROSECONDS_PER_MILLISECOND;
    if (sinceMs >= SHORTEST_INTERVAL_MS) this.#sendNow();
    else this.#cancelPending = this.#clock.after(SHORTEST_INTERVAL_MS - sinceMs, () => this.#sendNow());
  }

  /** Forgets what was asked for: a key frame has come, or the source is gone. */
  settle(): void {
    this.#cancelPending?.();
    this.#cancelPending = undefined;
  }

  #sendNow(): void {
    this.settle();
    this.#sentAtUs = this.#clock.nowUs();
    this.#send();
  }
}
