/** Time as those see it who must be tested without waiting. */
export interface Clock {
  /** Microseconds on a monotonic clock; the one of `AccessUnit.captureTimeUs`. */
  nowUs(): number;
  /** Calls back once, `delayMs` from now, unless the returned function is called before. */
  after(delayMs: number, callback: () => void): () => void;
}

const NANOSECONDS_PER_MICROSECOND = 1000n;

export const systemClock: Clock = {
  nowUs: () => Number(process.hrtime.bigint() / NANOSECONDS_PER_MICROSECOND),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
