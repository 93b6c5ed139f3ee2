import type { Clock } from '../../capture/clock.ts';

export interface MessagePaceOptions {
  readonly clock: Clock;
  readonly perSecond: number;
  readonly handle: (text: string) => void;
}

/**
 * Hands on so many messages a second. Of more the newest waits for its turn and those before it are left out: whoever
 * drives something wants the last word to arrive – it may be "stop" –, and that at once.
 */
export class MessagePace {
  readonly #options: MessagePaceOptions;
  #credit: number;
  #filledAtUs: number;
  #waiting: string | undefined;
  #cancel: (() => void) | undefined;

  constructor(options: MessagePaceOptions) {
    this.#options = options;
    this.#credit = options.perSecond;
    this.#filledAtUs = options.clock.nowUs();
  }

  push(text: string): void {
    this.#fill();
    if (this.#credit >= 1 && this.#waiting === undefined) this.#hand(text);
    else this.#wait(text);
  }

  close(): void {
    this.#cancel?.();
    this.#waiting = undefined;
  }

  #hand(text: string): void {
    this.#credit -= 1;
    this.#options.handle(text);
  }

  #wait(text: string): void {
    const isFirst = this.#waiting === undefined;
    this.#waiting = text;
    if (!isFirst) return;
    const { clock, perSecond } = this.#options;
    const delayMs = Math.ceil(((1 - this.#credit) / perSecond) * 1000);
    this.#cancel = clock.after(delayMs, () => this.#handWaiting());
  }

  #handWaiting(): void {
    const text = this.#waiting;
    this.#waiting = undefined;
    this.#fill();
    if (text !== undefined) this.#hand(text);
  }

  /** A second's worth at most. */
  #fill(): void {
    const { clock, perSecond } = this.#options;
    const nowUs = clock.nowUs();
    const earned = ((nowUs - this.#filledAtUs) / 1_000_000) * perSecond;
    this.#credit = Math.min(perSecond, this.#credit + earned);
    this.#filledAtUs = nowUs;
  }
}
