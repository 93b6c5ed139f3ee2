import { REPLY_CACHE_MS } from '../../contract/limits.ts';

const MAX_REPLIES = 2_000;
const MAX_BYTES = 8 * 1024 * 1024;

interface CachedReply {
  readonly reply: Promise<string>;
  readonly askedAtMs: number;
  bytes: number;
}

/** Executes a request once and answers its repetitions, also while the first still runs, with the same reply. */
export class ReplyCache {
  readonly #replies = new Map<string, CachedReply>();
  readonly #nowMs: () => number;
  #bytes = 0;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#replies.size;
  }

  /**
   * A request is known by its peer, its op and its id: who writes requests by hand may call each of them "1".
   * @param execute must not reject.
   */
  answer(peer: string, op: string, id: string, execute: () => Promise<string>): Promise<string> {
    this.#forgetOld();
    const key = `${peer}/${op}/${id}`;
    const known = this.#replies.get(key);
    if (known) return known.reply;
    const entry: CachedReply = { reply: execute(), askedAtMs: this.#nowMs(), bytes: 0 };
    this.#replies.set(key, entry);
    void entry.reply.then((reply) => {
      if (this.#replies.get(key) !== entry) return;
      entry.bytes = Buffer.byteLength(reply);
      this.#bytes += entry.bytes;
      this.#forgetOld();
    });
    return entry.reply;
  }

  #forgetOld(): void {
    for (const [key, entry] of this.#replies) {
      const isFull = this.#replies.size > MAX_REPLIES || this.#bytes > MAX_BYTES;
      if (!isFull && this.#nowMs() - entry.askedAtMs < REPLY_CACHE_MS) return;
      this.#replies.delete(key);
      this.#bytes -= entry.bytes;
    }
  }
}
