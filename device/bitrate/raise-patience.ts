/** A link that has just recovered often fails again soon. */
const RAISE_AFTER_MS = 10_000;
/** A raise that is followed by a cut within this time was too early: the next one waits twice as long. */
const PROOF_MS = 10_000;
const LONGEST_RAISE_AFTER_MS = 160_000;

/** How long to wait before a raise of the bit rate, by what became of the raises before. */
export class RaisePatience {
  #raiseAfterMs = RAISE_AFTER_MS;
  #raisedAtMs: number | undefined;

  get raiseAfterMs(): number {
    return this.#raiseAfterMs;
  }

  handleRaise(nowMs: number): void {
    this.#judge(nowMs);
    this.#raisedAtMs = nowMs;
  }

  handleCut(nowMs: number): void {
    this.#judge(nowMs);
    this.#raisedAtMs = undefined;
  }

  forget(): void {
    this.#raiseAfterMs = RAISE_AFTER_MS;
    this.#raisedAtMs = undefined;
  }

  #judge(nowMs: number): void {
    if (this.#raisedAtMs === undefined) return;
    const hasFailed = nowMs - this.#raisedAtMs < PROOF_MS;
    this.#raiseAfterMs = hasFailed
      ? Math.min(2 * this.#raiseAfterMs, LONGEST_RAISE_AFTER_MS)
      : RAISE_AFTER_MS;
  }
}
