import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import { CameraError } from '../../contract/errors.ts';

/** In the tokens by which a camera limits its peers. A snapshot is cheap, because the cache bounds what reaches it. */
export const COST = { offer: 20, snapshot: 1, other: 1 } as const;

/**
 * To a camera this server is one peer with 1,000 tokens and 50 more a second. So much of it may one address use: far
 * more than a page needs, also when a whole household comes through one proxy, and yet not all.
 */
const BURST = 400;
const PER_SECOND = 15;
const MAX_BUCKETS = 5_000;

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/** A token bucket for each client and camera. */
export class ClientRates {
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param now milliseconds of any steady clock */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws CameraError `rate_limited` */
  spend(client: string, device: string, tokens: number): void {
    const bucket = this.#fill(`${client} ${device}`);
    if (bucket.tokens < tokens) {
      throw new CameraError(
        'rate_limited',
        `Your address asks too much of camera "${device}"; wait a little.`,
        {
          retryAfterS: Math.ceil((tokens - bucket.tokens) / PER_SECOND),
        },
      );
    }
    bucket.tokens -= tokens;
  }

  /** Whoever was quiet for longest is forgotten first: its bucket is the most likely to be full. */
  #fill(key: string): Bucket {
    const nowMs = this.#now();
    const known = this.#buckets.get(key) ?? { tokens: BURST, filledAtMs: nowMs };
    const grown = ((nowMs - known.filledAtMs) / 1_000) * PER_SECOND;
    const bucket = { tokens: Math.min(BURST, known.tokens + grown), filledAtMs: nowMs };
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined && this.#buckets.size > MAX_BUCKETS) this.#buckets.delete(oldest);
    return bucket;
  }
}

/** The address that a request came from: the proxy's where there is one. */
export function clientOf(context: Context): string {
  return getConnInfo(context).remote.address ?? '';
}
