import { isIPv6 } from 'node:net';
import { CameraError } from '../../../contract/errors.ts';
import { TokenBuckets } from '../token-buckets.ts';

/** Enough for a person who tries all their passwords, too few to guess one. */
const OF_A_CLIENT = { burst: 10, perSecond: 1 / 6, maxBuckets: 10_000 };
/** For all clients together, so that many addresses do not guess faster than some. */
const OF_AN_ACCOUNT = { burst: 30, perSecond: 1 / 2, maxBuckets: 1_000 };

export interface LoginAttempt {
  readonly client: string;
  /** Undefined for a name that nobody has. */
  readonly account: string | undefined;
  /** The id of a browser in which this account has logged in before. */
  readonly knownBrowser: string | undefined;
}

/**
 * Slows guessing down. Nobody is ever locked out: each allowance grows back, and a browser that has logged in once has
 * one of its own, which nobody else can use up.
 */
export class LoginAttempts {
  readonly #ofClients: TokenBuckets;
  readonly #ofAccounts: TokenBuckets;
  readonly #ofKnownBrowsers: TokenBuckets;

  /** @param now milliseconds of any steady clock */
  constructor(now: () => number) {
    this.#ofClients = new TokenBuckets(OF_A_CLIENT, now);
    this.#ofAccounts = new TokenBuckets(OF_AN_ACCOUNT, now);
    this.#ofKnownBrowsers = new TokenBuckets(OF_A_CLIENT, now);
  }

  /** Counts an attempt before it is looked at. @throws CameraError `rate_limited` */
  spend({ client, account = '', knownBrowser }: LoginAttempt): void {
    if (knownBrowser !== undefined && this.#ofKnownBrowsers.take(knownBrowser, 1) === 0) return;
    const network = networkOf(client);
    const waitS = Math.max(
      this.#ofClients.secondsUntil(network, 1),
      this.#ofAccounts.secondsUntil(account, 1),
    );
    if (waitS > 0) throw tooMany(waitS);
    this.#ofClients.take(network, 1);
    this.#ofAccounts.take(account, 1);
  }

  /** A token that nobody has. @throws CameraError `rate_limited` */
  spendOnToken(client: string): void {
    const waitS = this.#ofClients.take(networkOf(client), 1);
    if (waitS > 0) throw tooMany(waitS);
  }
}

function tooMany(waitS: number): CameraError {
  const message = 'Too many attempts to log in; wait a little.';
  return new CameraError('rate_limited', message, { retryAfterS: Math.ceil(waitS) });
}

/** Whoever has one IPv6 address has a whole /64 of them. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - rest.length;
  return [...groups, ...Array<string>(missing).fill('0'), ...rest].slice(0, 4).join(':');
}
