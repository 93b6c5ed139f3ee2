import type { Clock } from '../../foundation/clock.ts';
import type { Fragment } from '../../camera-client/fragments/fragment-builder.ts';
import { FragmentRing, type NumberedFragment, type RingLimits } from './fragment-ring.ts';

export interface FragmentWish {
  readonly from: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The ring, and whoever waits for what comes next. */
export class FragmentFeed {
  readonly #ring: FragmentRing;
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #isOpen = true;

  constructor(limits: RingLimits, clock: Clock) {
    this.#ring = new FragmentRing(limits);
    this.#clock = clock;
  }

  get bytes(): number {
    return this.#ring.bytes;
  }

  get beginning(): number {
    return this.#ring.beginning;
  }

  add(fragment: Fragment): void {
    this.#ring.add(fragment);
    this.#wake();
  }

  /** Nothing more comes. Who waits gets what was added before; after that there is nothing. */
  close(): void {
    this.#isOpen = false;
    this.#wake();
    this.#ring.clear();
  }

  /** The first fragment from a number on; undefined when none came in time, or none will. */
  async next({ from, timeoutMs, signal }: FragmentWish): Promise<NumberedFragment | undefined> {
    const kept = this.#ring.from(from);
    if (kept ?? (signal.aborted || !this.#isOpen)) return kept;
    return new Promise((resolve) => {
      const settle = () => {
        this.#waiting.delete(settle);
        signal.removeEventListener('abort', settle);
        cancel();
        resolve(this.#ring.from(from));
      };
      const cancel = this.#clock.after(timeoutMs, settle);
      signal.addEventListener('abort', settle);
      this.#waiting.add(settle);
    });
  }

  #wake(): void {
    for (const settle of [...this.#waiting]) settle();
  }
}
