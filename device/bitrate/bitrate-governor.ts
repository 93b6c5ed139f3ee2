import { type Clock, systemClock } from '../capture/clock.ts';

/** A link that has just recovered often fails again soon. */
const RAISE_AFTER_MS = 10_000;
/** Below this a 720p picture falls apart; a viewer with less loses pictures instead of spoiling them for all. */
const FLOOR_KBPS = 1_000;

export interface BitrateGovernorOptions {
  /** The configured bit rate: the most there is, and what holds while nobody wishes for less. */
  readonly fullKbps: number;
  readonly apply: (bitrateKbps: number) => void;
  readonly clock?: Clock;
}

/**
 * One bit rate for all viewers: the highest that any of them wishes for, between a floor and the configured one. Cuts
 * at once, and raises only when the higher one was wished for during ten seconds.
 */
export class BitrateGovernor {
  readonly #options: BitrateGovernorOptions;
  readonly #clock: Clock;
  readonly #wishes = new Map<string, number>();
  #currentKbps: number;
  #cancelRaise: (() => void) | undefined;

  constructor(options: BitrateGovernorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#currentKbps = options.fullKbps;
  }

  get currentKbps(): number {
    return this.#currentKbps;
  }

  /** What the current bit rate is, or will be when a raise is due. */
  get targetKbps(): number {
    const { fullKbps } = this.#options;
    if (this.#wishes.size === 0) return fullKbps;
    const floorKbps = Math.min(FLOOR_KBPS, fullKbps);
    return Math.min(fullKbps, Math.max(floorKbps, ...this.#wishes.values()));
  }

  wish(who: string, bitrateKbps: number): void {
    this.#wishes.set(who, bitrateKbps);
    this.#settle();
  }

  /** Whoever has left, or has no wish any more. */
  withdraw(who: string): void {
    if (this.#wishes.delete(who)) this.#settle();
  }

  /** Nobody watches any more: the next one begins with the full bit rate. */
  restore(): void {
    this.#wishes.clear();
    this.#change();
  }

  close(): void {
    this.#stopWaiting();
  }

  #settle(): void {
    if (this.targetKbps <= this.#currentKbps) this.#change();
    else this.#cancelRaise ??= this.#clock.after(RAISE_AFTER_MS, () => this.#change());
  }

  #change(): void {
    this.#stopWaiting();
    if (this.targetKbps === this.#currentKbps) return;
    this.#currentKbps = this.targetKbps;
    this.#options.apply(this.#currentKbps);
  }

  #stopWaiting(): void {
    this.#cancelRaise?.();
    this.#cancelRaise = undefined;
  }
}
