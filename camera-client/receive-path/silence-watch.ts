import type { Clock } from '../../foundation/clock.ts';

const MICROSECONDS_PER_MILLISECOND = 1_000;
/** A camera reports every second; its report may be a little late … */
const REPORT_GRACE_MS = 1_250;
/** … or lost, which does not matter while there is no picture to miss. */
const IDLE_REPORT_GRACE_MS = 3_500;
/** A timer this late means that this process stood still, and what came meanwhile has not been read yet. */
const STANDSTILL_MS = 50;
const TIME_TO_READ_MS = 250;

export interface SilenceWatchOptions {
  readonly clock: Clock;
  /** The longest pause between two packets of a camera that sends. */
  readonly silentAfterMs: number;
  /** Called once: the connection is of no use any more. */
  readonly handleSilence: () => void;
}

/**
 * Tells a connection that broke from a camera that has nothing to send, as while its encoder starts again: then its
 * reports go on, and say that nothing was sent.
 */
export class SilenceWatch {
  readonly #options: SilenceWatchOptions;
  #aliveUntilMs = 0;
  #packetsSinceReport = 0;
  #reportedCount: number | undefined;
  #hasWaitedToRead = false;
  #cancel: (() => void) | undefined;

  constructor(options: SilenceWatchOptions) {
    this.#options = options;
  }

  /** The watch begins with the first packet. */
  handlePacket(nowMs: number): void {
    this.#packetsSinceReport += 1;
    this.#extend(nowMs + this.#options.silentAfterMs);
    if (!this.#cancel) this.#wait(nowMs);
  }

  /** @param packetCount how many packets the camera says it has sent. */
  handleSenderReport(packetCount: number, nowMs: number): void {
    const isIdle = packetCount === this.#reportedCount;
    const arrived = this.#packetsSinceReport > 0;
    this.#reportedCount = packetCount;
    this.#packetsSinceReport = 0;
    if (isIdle) this.#extend(nowMs + IDLE_REPORT_GRACE_MS);
    else if (arrived) this.#extend(nowMs + REPORT_GRACE_MS);
  }

  close(): void {
    this.#cancel?.();
  }

  #extend(untilMs: number): void {
    this.#hasWaitedToRead = false;
    this.#aliveUntilMs = Math.max(this.#aliveUntilMs, untilMs);
  }

  #wait(nowMs: number): void {
    this.#cancel = this.#options.clock.after(this.#aliveUntilMs - nowMs, () => {
      this.#judge(this.#options.clock.nowUs() / MICROSECONDS_PER_MILLISECOND);
    });
  }

  #judge(nowMs: number): void {
    const lateMs = nowMs - this.#aliveUntilMs;
    if (lateMs > STANDSTILL_MS && !this.#hasWaitedToRead) {
      this.#extend(nowMs + TIME_TO_READ_MS);
      this.#hasWaitedToRead = true;
    }
    if (nowMs < this.#aliveUntilMs) this.#wait(nowMs);
    else this.#options.handleSilence();
  }
}
