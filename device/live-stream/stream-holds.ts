/** Those who keep the camera on without watching. */
export class StreamHolds {
  readonly #holds = new Map<symbol, (() => void) | undefined>();
  #isKept = false;

  get some(): boolean {
    return this.#isKept || this.#holds.size > 0;
  }

  /** Until `dropAll`. */
  keep(): void {
    this.#isKept = true;
  }

  /** @returns release, which says whether the hold was still there. */
  add(handleStop: (() => void) | undefined): () => boolean {
    const hold = Symbol('hold');
    this.#holds.set(hold, handleStop);
    return () => this.#holds.delete(hold);
  }

  dropAll(): void {
    const dropped = [...this.#holds.values()];
    this.#holds.clear();
    this.#isKept = false;
    for (const handleStop of dropped) handleStop?.();
  }
}
