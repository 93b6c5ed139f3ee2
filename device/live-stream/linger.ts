import type { Clock } from '../capture/clock.ts';

/** Puts an end off for a while, in which it can be called off. */
export class Linger {
  readonly #clock: Clock;
  readonly #lingerMs: number;
  readonly #end: () => void;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, lingerMs: number, end: () => void) {
    this.#clock = clock;
    this.#lingerMs = lingerMs;
    this.#end = end;
  }

  /** One that has begun is not put off further. */
  begin(): void {
    this.#cancel ??= this.#clock.after(this.#lingerMs, this.#end);
  }

  cancel(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
