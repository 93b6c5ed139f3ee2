import type { Clock } from '../clock.ts';
import { SourceError, type SourceErrorOptions } from '../source-error.ts';

interface Pending {
  readonly resolve: (jpeg: Buffer | undefined) => void;
  readonly reject: (error: SourceError) => void;
  readonly cancelTimeout: () => void;
}

const REPLY_TIMEOUT_MS = 5_000;
const IDENTIFIERS = 0x10000;

/** What was asked of the helper and is not answered yet. */
export class PendingReplies {
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves with the JPEG when the answer is one. Rejects with a SourceError after 5 s. */
  ask(send: (id: number) => void): Promise<Buffer | undefined> {
    const id = (this.#lastId + 1) % IDENTIFIERS;
    this.#lastId = id;
    return new Promise((resolve, reject) => {
      const cancelTimeout = this.#clock.after(REPLY_TIMEOUT_MS, () => {
        const problem = `the camera did not answer within ${REPLY_TIMEOUT_MS / 1000} s; try again.`;
        this.fail(id, problem, { code: 'timeout' });
      });
      this.#pending.set(id, { resolve, reject, cancelTimeout });
      send(id);
    });
  }

  settle(id: number, jpeg?: Buffer): void {
    this.#take(id)?.resolve(jpeg);
  }

  fail(id: number, problem: string, options?: SourceErrorOptions): void {
    this.#take(id)?.reject(new SourceError(problem, options));
  }

  failAll(problem: string): void {
    for (const id of [...this.#pending.keys()]) this.fail(id, problem);
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.cancelTimeout();
    return pending;
  }
}
