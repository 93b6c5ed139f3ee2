import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { DeviceStatistics } from '../../contract/device-statistics.ts';
import { type Clock, systemClock } from '../capture/clock.ts';

const RESOLUTION_MS = 50;
const WINDOW_MS = 30_000;
/** After so many windows in which nobody asked, nobody will. */
const WINDOWS_UNASKED = 4;
const NANOSECONDS_PER_MILLISECOND = 1_000_000;
const DIGITS = 1_000;

type EventLoopDelay = NonNullable<DeviceStatistics['process']['eventLoopDelay']>;

/**
 * By how much the event loop is late. Measured only while somebody asks now and then: the timer behind it wakes the
 * processor twenty times a second, which a camera at rest can do without.
 */
export class EventLoopWatch {
  readonly #clock: Clock;
  #histogram: ReturnType<typeof monitorEventLoopDelay> | undefined;
  #windowBefore: EventLoopDelay | null = null;
  #windowsUnasked = 0;
  #cancelWindow: (() => void) | undefined;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Of this window and the one before, whichever was worse; null until there is something to tell. */
  read(): EventLoopDelay | null {
    this.#windowsUnasked = 0;
    if (!this.#histogram) this.#open();
    return worse(this.#windowBefore, this.#currentWindow());
  }

  close(): void {
    this.#cancelWindow?.();
    this.#cancelWindow = undefined;
    this.#histogram?.disable();
    this.#histogram = undefined;
    this.#windowBefore = null;
  }

  #open(): void {
    this.#histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#histogram.enable();
    this.#waitForWindow();
  }

  #waitForWindow(): void {
    this.#cancelWindow = this.#clock.after(WINDOW_MS, () => this.#handleWindow());
  }

  #handleWindow(): void {
    this.#windowsUnasked += 1;
    if (this.#windowsUnasked > WINDOWS_UNASKED) {
      this.close();
      return;
    }
    this.#windowBefore = this.#currentWindow();
    this.#histogram?.reset();
    this.#waitForWindow();
  }

  #currentWindow(): EventLoopDelay | null {
    const histogram = this.#histogram;
    if (!histogram || histogram.count === 0) return null;
    return {
      p50Ms: lateMs(histogram.percentile(50)),
      p99Ms: lateMs(histogram.percentile(99)),
      maxMs: lateMs(histogram.max),
    };
  }
}

/** What is measured are the timer's own intervals, of which what is too long is the delay. */
function lateMs(intervalNs: number): number {
  const delayMs = intervalNs / NANOSECONDS_PER_MILLISECOND - RESOLUTION_MS;
  return Math.max(0, Math.round(delayMs * DIGITS) / DIGITS);
}

function worse(one: EventLoopDelay | null, other: EventLoopDelay | null): EventLoopDelay | null {
  if (!one || !other) return one ?? other;
  return {
    p50Ms: Math.max(one.p50Ms, other.p50Ms),
    p99Ms: Math.max(one.p99Ms, other.p99Ms),
    maxMs: Math.max(one.maxMs, other.maxMs),
  };
}
