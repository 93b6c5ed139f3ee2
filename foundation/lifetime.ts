import { describeError, type Logger } from './logger.ts';
import { withTimeout } from './time-out.ts';

type Close = () => void | Promise<void>;

const CLOSE_TIMEOUT_MS = 5_000;

/** Owns what was opened and closes it in the opposite order, once; one that fails to close does not keep the others. */
export class Lifetime {
  readonly #owned: { readonly name: string; readonly close: Close }[] = [];
  readonly #logger: Logger;
  #closing: Promise<void> | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** Takes over the duty to close; when already closed, closes at once. */
  own(name: string, close: Close): void {
    if (this.closed) void this.#closeOne(name, close);
    else this.#owned.push({ name, close });
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    for (const { name, close } of this.#owned.reverse()) await this.#closeOne(name, close);
  }

  async #closeOne(name: string, close: Close): Promise<void> {
    try {
      await withTimeout(Promise.resolve(close()), CLOSE_TIMEOUT_MS, `closing ${name}`);
    } catch (error) {
      this.#logger.warn(`${name} did not close cleanly: ${describeError(error)}`);
    }
  }
}
