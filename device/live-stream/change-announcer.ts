import type { Unsubscribe } from '../../contract/message-bus.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';

/** Tells listeners when any of some observed values has become another one. */
export class ChangeAnnouncer {
  readonly #observe: () => readonly unknown[];
  readonly #logger: Logger;
  readonly #handlers = new Set<() => void>();
  #lastSeen: readonly unknown[] = [];

  constructor(observe: () => readonly unknown[], logger: Logger) {
    this.#observe = observe;
    this.#logger = logger;
  }

  onChange(handler: () => void): Unsubscribe {
    this.#handlers.add(handler);
    return () => void this.#handlers.delete(handler);
  }

  announce(): void {
    const seen = this.#observe();
    const isSame =
      seen.length === this.#lastSeen.length && seen.every((value, i) => value === this.#lastSeen[i]);
    if (isSame) return;
    this.#lastSeen = seen;
    for (const handler of [...this.#handlers]) this.#call(handler);
  }

  close(): void {
    this.#handlers.clear();
  }

  #call(handler: () => void): void {
    try {
      handler();
    } catch (error) {
      this.#logger.error(`a listener of the live stream failed: ${describeError(error)}`);
    }
  }
}
