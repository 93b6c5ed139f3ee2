const MICROSECONDS_PER_MILLISECOND = 1_000;
const SLICE_US = 5_000_000;
const SLICES = 6;
/** Each doubling of the delay has so many buckets, so that no reading is off by more than 3 %. */
const DOUBLING_BITS = 4;
const BUCKETS_PER_DOUBLING = 2 ** DOUBLING_BITS;
const LONGEST_US = 2 ** 26 - 1;
const BUCKETS = bucketOf(LONGEST_US) + 1;

export interface DelayReading {
  /** Since the beginning. */
  readonly count: number;
  readonly sumMs: number;
  /** Of the last half minute; null when nothing was recorded in it. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
}

/**
 * How long something takes: percentiles over a window that slides on in slices.
 *
 * Recording is a handful of additions in arrays that are there from the start, because it happens for each picture and
 * viewer; what reading costs does not matter.
 */
export class DelayHistogram {
  readonly #counts = new Uint32Array(SLICES * BUCKETS);
  readonly #longestUs = new Float64Array(SLICES);
  #sliceNumber = 0;
  #count = 0;
  #sumUs = 0;

  /** @param nowUs of a clock that never goes back. A delay below zero counts as none. */
  record(delayUs: number, nowUs: number): void {
    const us = Math.min(Math.max(0, Math.floor(delayUs)), LONGEST_US);
    const slice = this.#slideTo(nowUs);
    const index = slice * BUCKETS + bucketOf(us);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    if (us > (this.#longestUs[slice] ?? 0)) this.#longestUs[slice] = us;
    this.#count += 1;
    this.#sumUs += us;
  }

  read(nowUs: number): DelayReading {
    this.#slideTo(nowUs);
    const counts = this.#countsOfWindow();
    const total = counts.reduce((sum, count) => sum + count, 0);
    const longestUs = Math.max(...this.#longestUs);
    const percentileMs = (share: number) =>
      total === 0 ? null : toMs(Math.min(longestUs, percentileUs(counts, share * total)));
    return {
      count: this.#count,
      sumMs: toMs(this.#sumUs),
      p50Ms: percentileMs(0.5),
      p95Ms: percentileMs(0.95),
      p99Ms: percentileMs(0.99),
      maxMs: total === 0 ? null : toMs(longestUs),
    };
  }

  /** @returns the slice that `nowUs` falls in, after what is older than the window has been forgotten. */
  #slideTo(nowUs: number): number {
    const sliceNumber = Math.floor(nowUs / SLICE_US);
    const passed = Math.min(SLICES, sliceNumber - this.#sliceNumber);
    for (let back = 0; back < passed; back += 1) this.#forget((sliceNumber - back) % SLICES);
    if (passed > 0) this.#sliceNumber = sliceNumber;
    return this.#sliceNumber % SLICES;
  }

  #forget(slice: number): void {
    this.#counts.fill(0, slice * BUCKETS, (slice + 1) * BUCKETS);
    this.#longestUs[slice] = 0;
  }

  #countsOfWindow(): Float64Array {
    const sums = new Float64Array(BUCKETS);
    for (const [index, count] of this.#counts.entries()) {
      const bucket = index % BUCKETS;
      sums[bucket] = (sums[bucket] ?? 0) + count;
    }
    return sums;
  }
}

/** Exact below 32, then 16 buckets from each power of two to the next. */
function bucketOf(us: number): number {
  if (us < BUCKETS_PER_DOUBLING) return us;
  const shift = 31 - Math.clz32(us) - DOUBLING_BITS;
  return shift * BUCKETS_PER_DOUBLING + (us >>> shift);
}

/** The middle of what falls into a bucket. */
function middleUs(bucket: number): number {
  if (bucket < 2 * BUCKETS_PER_DOUBLING) return bucket;
  const shift = Math.floor(bucket / BUCKETS_PER_DOUBLING) - 1;
  const lowest = ((bucket % BUCKETS_PER_DOUBLING) + BUCKETS_PER_DOUBLING) * 2 ** shift;
  return lowest + 2 ** shift / 2;
}

function percentileUs(counts: Float64Array, rank: number): number {
  let seen = 0;
  const bucket = counts.findIndex((count) => (seen += count) >= rank && seen > 0);
  return middleUs(bucket);
}

function toMs(us: number): number {
  return us / MICROSECONDS_PER_MILLISECOND;
}
