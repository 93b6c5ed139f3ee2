import type { Clock } from '../../device/capture/clock.ts';

interface Timer {
  readonly dueUs: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  #nowUs = 1_000_000;
  readonly #timers = new Set<Timer>();

  nowUs(): number {
    return this.#nowUs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueUs: this.#nowUs + delayMs * 1000, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Lets `durationMs` pass: each timer that falls due is called at its time, in order. */
  advance(durationMs: number): void {
    const endUs = this.#nowUs + durationMs * 1000;
    for (let next = this.#nextBefore(endUs); next !== undefined; next = this.#nextBefore(endUs)) {
      this.#timers.delete(next);
      this.#nowUs = Math.max(this.#nowUs, next.dueUs);
      next.callback();
    }
    this.#nowUs = endUs;
  }

  #nextBefore(endUs: number): Timer | undefined {
    return [...this.#timers].filter(({ dueUs }) => dueUs <= endUs).sort((a, b) => a.dueUs - b.dueUs)[0];
  }
}
