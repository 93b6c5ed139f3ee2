import type { Context } from 'hono';
import { CameraError } from '../../contract/errors.ts';
import { TokenBuckets } from './token-buckets.ts';

/** In the tokens by which a camera limits its peers. A snapshot is cheap, because the cache bounds what reaches it. */
export const COST = { offer: 20, snapshot: 1, other: 1 } as const;

/**
 * To a camera this server is one peer with 1,000 tokens and 50 more a second. So much of it may one address use: far
 * more than a page needs, also when a whole household comes through one proxy, and yet not all.
 */
const SIZE = { burst: 400, perSecond: 15, maxBuckets: 5_000 };

/** A token bucket for each client and camera. */
export class ClientRates {
  readonly #buckets: TokenBuckets;

  /** @param now milliseconds of any steady clock */
  constructor(now: () => number) {
    this.#buckets = new TokenBuckets(SIZE, now);
  }

  /** @throws CameraError `rate_limited` */
  spend(client: string, device: string, tokens: number): void {
    const waitS = this.#buckets.take(`${client} ${device}`, tokens);
    if (waitS === 0) return;
    const message = `Your address asks too much of camera "${device}"; wait a little.`;
    throw new CameraError('rate_limited', message, { retryAfterS: Math.ceil(waitS) });
  }
}

/** The address that a request came from: the proxy's, unless that one is trusted to tell its client's. */
export function clientOf(context: Context): string {
  return context.get('visitor').address;
}
