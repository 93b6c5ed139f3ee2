import type { ReportBlock } from '../../../media/rtcp.ts';
import type { LinkFinding } from './link-report.ts';
import { LossMeter } from './loss-meter.ts';

/** How a viewer receives, as far as it told. */
export interface Reception {
  readonly roundTripMs?: number | undefined;
  /** Share of packets lost between the last two reports, 0–1. */
  readonly fractionLost?: number | undefined;
  /** Since the stream began, those that were repaired not counted out. */
  readonly packetsLost?: number | undefined;
  readonly jitterMs?: number | undefined;
  /** What the viewer believes its link can take (REMB). */
  readonly estimatedBitrateKbps?: number | undefined;
}

const MICROSECONDS_PER_MILLISECOND = 1_000;
const CLOCK_TICKS_PER_MILLISECOND = 90;
const DELAY_UNITS_PER_MILLISECOND = 65.536;
/** A report comes at least every five seconds; an answer to an older one tells nothing about now. */
const MOST_REPORTS_REMEMBERED = 8;
const LOSS_REMEMBERED_MS = 10_000;

/** Gathers what a viewer's receiver reports and REMB tell. */
export class ReceptionObserver {
  readonly #sentAtUs = new Map<number, number>();
  readonly #lossMeter = new LossMeter();
  #reception: Reception = {};
  #lossAtUs = Number.NEGATIVE_INFINITY;

  get reception(): Reception {
    return this.#reception;
  }

  /** @param compactNtp the middle 32 bits of a sender report's NTP time, by which the viewer refers to it. */
  handleSenderReportSent(compactNtp: number, nowUs: number): void {
    this.#sentAtUs.set(compactNtp, nowUs);
    const [oldest] = this.#sentAtUs.keys();
    if (oldest !== undefined && this.#sentAtUs.size > MOST_REPORTS_REMEMBERED) this.#sentAtUs.delete(oldest);
  }

  /** @returns what it says about the link, once a second. */
  handleReportBlock(block: ReportBlock, nowUs: number): LinkFinding | undefined {
    if (block.fractionLost > 0) this.#lossAtUs = nowUs;
    this.#reception = {
      ...this.#reception,
      roundTripMs: this.#roundTripMs(block, nowUs) ?? this.#reception.roundTripMs,
      fractionLost: block.fractionLost,
      packetsLost: block.cumulativeLost,
      jitterMs: block.jitter / CLOCK_TICKS_PER_MILLISECOND,
    };
    const lossShare = this.#lossMeter.measure(block, nowUs);
    return lossShare === undefined ? undefined : { kind: 'loss', lossShare };
  }

  handleBitrateEstimate(bitrateBps: number): LinkFinding {
    const estimateKbps = Math.round(bitrateBps / 1_000);
    this.#reception = { ...this.#reception, estimatedBitrateKbps: estimateKbps };
    return { kind: 'estimate', estimateKbps };
  }

  /** True for a while after a report of lost packets. */
  isLosing(nowUs: number): boolean {
    return nowUs - this.#lossAtUs < LOSS_REMEMBERED_MS * MICROSECONDS_PER_MILLISECOND;
  }

  /** RFC 3550 §6.4.1, on the monotonic clock, so that a clock that is set in between does not matter. */
  #roundTripMs(block: ReportBlock, nowUs: number): number | undefined {
    const sentAtUs = this.#sentAtUs.get(block.lastSenderReport);
    if (sentAtUs === undefined) return undefined;
    const elapsedMs = (nowUs - sentAtUs) / MICROSECONDS_PER_MILLISECOND;
    return Math.max(0, elapsedMs - block.delaySinceLastSenderReport / DELAY_UNITS_PER_MILLISECOND);
  }
}
