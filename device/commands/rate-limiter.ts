/** `BURST` requests at once, then `PER_SECOND`. */
const BURST = 1_000;
const PER_SECOND = 50;
const MAX_PEERS = 1_000;

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/** A token bucket for each peer; only as many peers are remembered as fit in the table. */
export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** @returns 0 when the request may pass, else the seconds after which it may. */
  take(peer: string, tokens: number): number {
    const bucket = this.#bucketOf(peer);
    if (bucket.tokens < tokens) return Math.ceil((tokens - bucket.tokens) / PER_SECOND);
    bucket.tokens -= tokens;
    return 0;
  }

  #bucketOf(peer: string): Bucket {
    const nowMs = this.#nowMs();
    const known = this.#buckets.get(peer);
    const bucket = known ?? { tokens: BURST, filledAtMs: nowMs };
    bucket.tokens = Math.min(BURST, bucket.tokens + ((nowMs - bucket.filledAtMs) / 1000) * PER_SECOND);
    bucket.filledAtMs = nowMs;
    this.#buckets.delete(peer);
    this.#buckets.set(peer, bucket);
    if (this.#buckets.size > MAX_PEERS) this.#forgetOldest();
    return bucket;
  }

  #forgetOldest(): void {
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}
