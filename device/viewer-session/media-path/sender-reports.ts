import { buildSenderReport, toNtpTime, type SenderReport } from '../../../media/rtcp-sender-report.ts';
import type { Clock } from '../../capture/clock.ts';

export interface SenderReportsOptions {
  readonly clock: Clock;
  readonly wallClockMs: () => number;
  /** undefined as long as there is nothing to report. `nowUs` is the instant the report is about. */
  readonly report: (nowUs: number) => Omit<SenderReport, 'epochMs'> | undefined;
  /** @param compactNtp the middle 32 bits of its NTP time, by which receivers refer to the report. */
  readonly send: (compound: Buffer, compactNtp: number, nowUs: number) => void;
}

const INTERVAL_MS = 1_000;

/** Tells a viewer every second which wall-clock time the stream's timestamps stand for (RFC 3550 §6.4.1). */
export class SenderReports {
  readonly #options: SenderReportsOptions;
  #cancel: (() => void) | undefined;

  constructor(options: SenderReportsOptions) {
    this.#options = options;
  }

  /** The first report goes out at once. */
  open(): void {
    this.#sendAndWait();
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #sendAndWait(): void {
    this.#cancel = this.#options.clock.after(INTERVAL_MS, () => this.#sendAndWait());
    const nowUs = this.#options.clock.nowUs();
    const report = this.#options.report(nowUs);
    if (!report) return;
    const epochMs = this.#options.wallClockMs();
    const { seconds, fraction } = toNtpTime(epochMs);
    const compactNtp = (((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0;
    this.#options.send(buildSenderReport({ ...report, epochMs }), compactNtp, nowUs);
  }
}
