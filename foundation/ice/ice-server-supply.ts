import type { IceServer } from '../../contract/operations.ts';
import { describeError, type Logger } from '../logger.ts';
import type { IceServerSet, IceServerSource } from './ice-server-source.ts';
import { credentialsOfSecret } from './shared-secret.ts';
import { askTurnService, type Fetch } from './turn-services.ts';
import type { TurnSettings } from './turn-settings.ts';

export interface IceServerSupplyOptions {
  /** Named as they are, before those of `turn`. */
  readonly servers: readonly IceServer[];
  readonly turn: TurnSettings;
  readonly logger: Logger;
  /** Default: the machine's clock, milliseconds since 1970. */
  readonly wallClockMs?: () => number;
  readonly fetch?: Fetch;
}

interface Kept extends IceServerSet {
  readonly fromMs: number;
}

/** Credentials are renewed before they run out, so that nobody is handed some that no longer hold. */
const SHARE_OF_LIFE = 0.8;
/** So long after a failure the service is left alone. */
const PAUSE_AFTER_FAILURE_MS = 10_000;
/** Picam is younger: a clock before this was never set. */
const EARLIEST_TRUE_MS = Date.UTC(2026, 0, 1);

/** Gets TURN credentials when they are needed and keeps them, in memory alone, while they hold. */
export class IceServerSupply implements IceServerSource {
  readonly #options: IceServerSupplyOptions;
  #kept: Kept | undefined;
  #asking: Promise<void> | undefined;
  #failedAtMs: number | undefined;
  #hasWarnedOfClock = false;

  constructor(options: IceServerSupplyOptions) {
    this.#options = options;
  }

  async current(): Promise<IceServerSet> {
    if (this.#isStale()) await (this.#asking ??= this.#renew());
    const { servers } = this.#options;
    const kept = this.#kept;
    const leftS = kept ? kept.expiresInS - (this.#now() - kept.fromMs) / 1_000 : 0;
    if (!kept || leftS <= 0) return { iceServers: servers, expiresInS: PAUSE_AFTER_FAILURE_MS / 1_000 };
    return { iceServers: [...servers, ...kept.iceServers], expiresInS: Math.floor(leftS) };
  }

  #isStale(): boolean {
    const now = this.#now();
    if (this.#failedAtMs !== undefined && Math.abs(now - this.#failedAtMs) < PAUSE_AFTER_FAILURE_MS)
      return false;
    if (!this.#kept) return true;
    const ageMs = now - this.#kept.fromMs;
    // A clock that was set back would keep them for ever.
    return ageMs < 0 || ageMs > this.#kept.expiresInS * 1_000 * SHARE_OF_LIFE;
  }

  async #renew(): Promise<void> {
    try {
      this.#kept = { ...(await this.#ask()), fromMs: this.#now() };
      this.#failedAtMs = undefined;
    } catch (error) {
      if (this.#failedAtMs === undefined)
        this.#options.logger.warn(`no TURN server for viewers far away: ${describeError(error)}`);
      this.#failedAtMs = this.#now();
    } finally {
      this.#asking = undefined;
    }
  }

  async #ask(): Promise<IceServerSet> {
    const { turn, fetch = globalThis.fetch } = this.#options;
    if (turn.provider !== 'shared-secret') return askTurnService(turn, fetch);
    this.#warnOfClock();
    return Promise.resolve(credentialsOfSecret(turn, this.#now()));
  }

  #warnOfClock(): void {
    if (this.#hasWarnedOfClock || this.#now() >= EARLIEST_TRUE_MS) return;
    this.#hasWarnedOfClock = true;
    const today = new Date(this.#now()).toISOString().slice(0, 10);
    this.#options.logger.warn(
      `this machine believes that it is ${today}: the TURN server will take no credentials made with such a clock; set it, as with "sudo timedatectl set-ntp true"`,
    );
  }

  #now(): number {
    return (this.#options.wallClockMs ?? Date.now)();
  }
}
