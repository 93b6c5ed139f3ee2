import type { LinkReport } from '../viewer-session/media-path/link-report.ts';

/** What comes with the newest group of pictures in one go says nothing about the stream's own pace. */
const JOINING_MS = 3_000;
/** More loss than this is taken for a link that is too narrow, less than the other for none. */
const BAD_LOSS_SHARE = 0.1;
const GOOD_LOSS_SHARE = 0.02;
/** A stream fits with an estimate of at least this share of it: both are measured, and waver. */
const FITTING_SHARE = 0.9;
/**
 * An estimate that falls tells of a queue on the way. One that is merely low does not: after a still scene, in which
 * little was sent, or a fall too deep it climbs only slowly, while the stream passes without a loss.
 */
const FALLEN_SHARE = 0.97;
const FALL_COUNTS_MS = 5_000;
/** What a link could not take a minute ago it may take now. */
const LIMIT_HOLDS_MS = 60_000;

/** What one viewer's link takes, as far as its reports tell. */
export class ViewerLink {
  readonly #sinceMs: number;
  #limitKbps = Number.POSITIVE_INFINITY;
  #limitedAtMs: number | undefined;
  #estimateKbps: number | undefined;
  #fellAtMs = Number.NEGATIVE_INFINITY;
  #isFitting = true;
  #lossShare = 0;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  /** Infinity without a complaint. */
  get limitKbps(): number {
    return this.#limitKbps;
  }

  get hasComplained(): boolean {
    return this.#limitedAtMs !== undefined;
  }

  handleReport(report: LinkReport, nowMs: number): void {
    if (nowMs - this.#sinceMs < JOINING_MS) return;
    const complaintKbps = report.kind === 'loss' ? this.#hearLoss(report) : this.#hearEstimate(report, nowMs);
    if (complaintKbps !== undefined) this.#limit(complaintKbps, nowMs);
    else if (this.#isGood(nowMs) || this.#isOld(nowMs)) this.#limitKbps = Number.POSITIVE_INFINITY;
  }

  #hearLoss({ lossShare, streamKbps }: LinkReport & { readonly kind: 'loss' }): number | undefined {
    this.#lossShare = lossShare;
    if (lossShare <= BAD_LOSS_SHARE) return undefined;
    // Loss that stays after a cut makes the limit lower and lower, until nothing is expected of this link any more.
    return Math.min(this.#limitKbps, streamKbps) * (1 - lossShare);
  }

  #hearEstimate(
    { estimateKbps, streamKbps }: LinkReport & { readonly kind: 'estimate' },
    nowMs: number,
  ): number | undefined {
    if (estimateKbps < (this.#estimateKbps ?? streamKbps) * FALLEN_SHARE) this.#fellAtMs = nowMs;
    this.#estimateKbps = estimateKbps;
    this.#isFitting = estimateKbps >= streamKbps * FITTING_SHARE;
    return this.#hasQueue(nowMs) ? estimateKbps : undefined;
  }

  #hasQueue(nowMs: number): boolean {
    return !this.#isFitting && nowMs - this.#fellAtMs < FALL_COUNTS_MS;
  }

  #limit(limitKbps: number, nowMs: number): void {
    this.#limitKbps = limitKbps;
    this.#limitedAtMs = nowMs;
  }

  #isOld(nowMs: number): boolean {
    return nowMs - (this.#limitedAtMs ?? nowMs) > LIMIT_HOLDS_MS;
  }

  #isGood(nowMs: number): boolean {
    return !this.#hasQueue(nowMs) && this.#lossShare < GOOD_LOSS_SHARE;
  }
}
