import { type Clock, systemClock } from '../capture/clock.ts';
import type { LinkReport } from '../viewer-session/media-path/link-report.ts';
import { RaisePatience } from './raise-patience.ts';
import { ViewerLinks } from './viewer-links.ts';

/** Below this a 720p picture falls apart; a viewer with less loses pictures instead of spoiling them for all. */
const FLOOR_KBPS = 1_000;
/** How far a link that has complained is tried out at once. */
const RAISE_FACTOR = 1.25;
const MICROSECONDS_PER_MILLISECOND = 1_000;

export interface BitrateGovernorOptions {
  /** The configured bit rate: the most there is, and what holds while nobody needs less. */
  readonly fullKbps: number;
  readonly apply: (bitrateKbps: number) => void;
  readonly clock?: Clock;
}

/**
 * One bit rate for all viewers, between a floor and the configured one: the highest that any of them wishes for, if
 * their links take it. Cuts at once, and raises only after patience.
 */
export class BitrateGovernor {
  readonly #options: BitrateGovernorOptions;
  readonly #clock: Clock;
  readonly #floorKbps: number;
  readonly #wishesKbps = new Map<string, number>();
  readonly #links: ViewerLinks;
  readonly #patience = new RaisePatience();
  #currentKbps: number;
  #cancelRaise: (() => void) | undefined;
  #isClosed = false;

  constructor(options: BitrateGovernorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#currentKbps = options.fullKbps;
    this.#floorKbps = Math.min(FLOOR_KBPS, options.fullKbps);
    this.#links = new ViewerLinks(this.#floorKbps);
  }

  /** What no wish and no link goes below. */
  get floorKbps(): number {
    return this.#floorKbps;
  }

  get currentKbps(): number {
    return this.#currentKbps;
  }

  /** What the current bit rate is, or will be after the raises that are due. */
  get targetKbps(): number {
    const wishKbps =
      this.#wishesKbps.size === 0 ? Number.POSITIVE_INFINITY : Math.max(...this.#wishesKbps.values());
    const wantedKbps = Math.min(wishKbps, this.#links.limitKbps);
    return Math.min(this.#options.fullKbps, Math.max(this.#floorKbps, wantedKbps));
  }

  wish(who: string, bitrateKbps: number): void {
    this.#wishesKbps.set(who, bitrateKbps);
    this.#settle();
  }

  /** Whoever has left, or has no wish any more. */
  withdraw(who: string): void {
    if (this.#wishesKbps.delete(who)) this.#settle();
  }

  handleLinkReport(viewer: string, report: LinkReport): void {
    this.#links.handleReport(viewer, report, this.#nowMs());
    this.#settle();
  }

  /** The viewer has left. */
  forgetLink(viewer: string): void {
    const wasTriedOut = this.#links.mustBeTriedOut();
    this.#links.forget(viewer);
    if (wasTriedOut && !this.#links.mustBeTriedOut()) this.#forgetPatience();
    this.#settle();
  }

  /** Nobody watches any more: the next one begins with the full bit rate. */
  restore(): void {
    this.#wishesKbps.clear();
    this.#links.forgetAll();
    this.#forgetPatience();
    this.#change(this.#options.fullKbps);
  }

  /** Viewers that leave afterwards change nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#stopWaiting();
  }

  #settle(): void {
    if (this.#isClosed) return;
    const { targetKbps } = this;
    if (targetKbps < this.#currentKbps) this.#cut();
    else if (targetKbps === this.#currentKbps) this.#stopWaiting();
    else this.#cancelRaise ??= this.#clock.after(this.#patience.raiseAfterMs, () => this.#raise());
  }

  #cut(): void {
    this.#patience.handleCut(this.#nowMs());
    this.#change(this.targetKbps);
  }

  #raise(): void {
    const stepKbps = this.#links.mustBeTriedOut()
      ? this.#currentKbps * RAISE_FACTOR
      : Number.POSITIVE_INFINITY;
    this.#patience.handleRaise(this.#nowMs());
    this.#change(Math.min(this.targetKbps, Math.round(stepKbps)));
    this.#settle();
  }

  #forgetPatience(): void {
    this.#stopWaiting();
    this.#patience.forget();
  }

  #change(bitrateKbps: number): void {
    this.#stopWaiting();
    if (bitrateKbps === this.#currentKbps) return;
    this.#currentKbps = bitrateKbps;
    this.#options.apply(bitrateKbps);
  }

  #stopWaiting(): void {
    this.#cancelRaise?.();
    this.#cancelRaise = undefined;
  }

  #nowMs(): number {
    return this.#clock.nowUs() / MICROSECONDS_PER_MILLISECOND;
  }
}
