const WINDOW_PACKETS = 1024;

/** Remembers which of the newest packet indexes came, so that none is taken twice (RFC 3711 §3.3.2). */
export class ReplayWindow {
  readonly #indexInSlot = new Float64Array(WINDOW_PACKETS).fill(-1);
  #highest: number | undefined;

  /** The highest index accepted so far. */
  get highest(): number | undefined {
    return this.#highest;
  }

  /** False when the index was accepted before, or is too old to tell. */
  isNew(index: number): boolean {
    if (index < 0 || index <= (this.#highest ?? index) - WINDOW_PACKETS) return false;
    return !this.hasSeen(index);
  }

  /** True when the index was accepted before and is still remembered. */
  hasSeen(index: number): boolean {
    return index >= 0 && this.#indexInSlot[index % WINDOW_PACKETS] === index;
  }

  /** Marks a new index as taken; to be called only once the packet proved authentic. */
  accept(index: number): void {
    this.#indexInSlot[index % WINDOW_PACKETS] = index;
    this.#highest = Math.max(this.#highest ?? index, index);
  }
}
