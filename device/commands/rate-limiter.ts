/** `BURST` requests at once, then `PER_SECOND`. */
const BURST = 1_000;
const PER_SECOND = 50;
/** All peers together have so many times what one has: a new name costs nothing, so each alone would be no limit. */
const SHARES = 10;
const MAX_PEERS = 1_000;

interface Bucket {
  readonly shares: number;
  tokens: number;
  filledAtMs: number;
}

/** A token bucket for each peer and one for all; only as many peers are remembered as fit in the table. */
export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>();
  readonly #nowMs: () => number;
  readonly #ofAll: Bucket;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
    this.#ofAll = fullBucket(SHARES, nowMs());
  }

  /** @returns 0 when the request may pass, else the seconds after which it may. */
  take(peer: string, tokens: number): number {
    const buckets = [this.#ofAll, this.#bucketOf(peer)];
    const waitsS = buckets.map((bucket) => secondsUntil(bucket, tokens, this.#nowMs()));
    const waitS = Math.max(...waitsS);
    if (waitS === 0) for (const bucket of buckets) bucket.tokens -= tokens;
    return waitS;
  }

  #bucketOf(peer: string): Bucket {
    const bucket = this.#buckets.get(peer) ?? fullBucket(1, this.#nowMs());
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

function fullBucket(shares: number, nowMs: number): Bucket {
  return { shares, tokens: shares * BURST, filledAtMs: nowMs };
}

/** Fills the bucket up to now. */
function secondsUntil(bucket: Bucket, tokens: number, nowMs: number): number {
  const { shares, filledAtMs } = bucket;
  const added = ((nowMs - filledAtMs) / 1000) * shares * PER_SECOND;
  bucket.tokens = Math.min(shares * BURST, bucket.tokens + added);
  bucket.filledAtMs = nowMs;
  if (bucket.tokens >= tokens) return 0;
  return Math.ceil((tokens - bucket.tokens) / (shares * PER_SECOND));
}
