const MICROSECONDS_PER_SECOND = 1_000_000;

/** Fills with credit at some rate up to a capacity; a debt is paid off before there is credit again. */
export class TokenBucket {
  #credit = Number.POSITIVE_INFINITY;
  #filledAtUs = 0;

  /** Whether anything may be sent now. */
  hasCredit(nowUs: number, bytesPerSecond: number, capacityBytes: number): boolean {
    const earned = ((nowUs - this.#filledAtUs) * bytesPerSecond) / MICROSECONDS_PER_SECOND;
    this.#credit = Math.min(this.#credit + earned, capacityBytes);
    this.#filledAtUs = nowUs;
    return this.#credit > 0;
  }

  spend(bytes: number): void {
    this.#credit -= bytes;
  }
}
