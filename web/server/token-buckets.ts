export interface BucketSize {
  readonly burst: number;
  readonly perSecond: number;
  /** More than are ever in use at a time. */
  readonly maxBuckets: number;
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/** A token bucket for each key. */
export class TokenBuckets {
  readonly #size: BucketSize;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param now milliseconds of any steady clock */
  constructor(size: BucketSize, now: () => number) {
    this.#size = size;
    this.#now = now;
  }

  /** Seconds until there are so many tokens; 0 when they are there. */
  secondsUntil(key: string, tokens: number): number {
    return Math.max(0, (tokens - this.#fill(key).tokens) / this.#size.perSecond);
  }

  /** Takes them if they are there. Returns what `secondsUntil` does. */
  take(key: string, tokens: number): number {
    const waitS = this.secondsUntil(key, tokens);
    if (waitS === 0) this.#fill(key).tokens -= tokens;
    return waitS;
  }

  /** Whoever was quiet for longest is forgotten first: its bucket is the most likely to be full. */
  #fill(key: string): Bucket {
    const { burst, perSecond, maxBuckets } = this.#size;
    const nowMs = this.#now();
    const known = this.#buckets.get(key) ?? { tokens: burst, filledAtMs: nowMs };
    const grown = ((nowMs - known.filledAtMs) / 1_000) * perSecond;
    const bucket = { tokens: Math.min(burst, known.tokens + grown), filledAtMs: nowMs };
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined && this.#buckets.size > maxBuckets) this.#buckets.delete(oldest);
    return bucket;
  }
}
