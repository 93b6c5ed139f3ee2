/** A key frame goes out in one burst: what was lost of it can only come after the burst. */
const MOST_WAITING_PACKETS = 512;
/** Of the very first packets: which of them is the first is not known before the others had time to come. */
const FIRST_WAIT_MS = 20;

interface Waiting<T> {
  readonly packet: T;
  readonly sinceMs: number;
}

/**
 * Puts packets back in order. Without a loss nothing waits; packets behind a gap do until it is filled or given up, and
 * then the gap shows in their indexes. Those that come too late, and duplicates, are dropped.
 */
export class ReorderBuffer<T extends { readonly index: number }> {
  readonly #release: (packet: T) => void;
  readonly #isBeginning: (packet: T) => boolean;
  /** In the order of their arrival. */
  readonly #waiting = new Map<number, Waiting<T>>();
  #next: number | undefined;

  /**
   * @param release gets the packets in order.
   * @param isBeginning whether nothing before this packet is of use.
   */
  constructor(release: (packet: T) => void, isBeginning: (packet: T) => boolean) {
    this.#release = release;
    this.#isBeginning = isBeginning;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** The index of the oldest packet that can still be released; undefined at first. */
  get next(): number | undefined {
    return this.#next;
  }

  push(packet: T, nowMs: number): void {
    if (this.#next === undefined && this.#isBeginning(packet)) this.#begin(packet.index);
    if (packet.index < (this.#next ?? packet.index)) return;
    if (packet.index === this.#next) {
      this.#releaseOne(packet);
      this.#releaseWhatFollows();
      return;
    }
    if (!this.#waiting.has(packet.index)) this.#waiting.set(packet.index, { packet, sinceMs: nowMs });
    if (this.#waiting.size > MOST_WAITING_PACKETS) this.#giveUpOneGap();
  }

  /** Gives up the gaps that packets have waited for so long, and says whether there were any. */
  giveUpGaps(nowMs: number, longestWaitMs: number): boolean {
    let hasGivenUp = false;
    while ((this.dueAtMs(longestWaitMs) ?? Number.POSITIVE_INFINITY) <= nowMs) {
      this.#giveUpOneGap();
      hasGivenUp = true;
    }
    return hasGivenUp;
  }

  /** Gives up all that is missing before `index`. */
  skipTo(index: number): void {
    while (!this.isEmpty) this.#giveUpOneGap();
    this.#next = Math.max(this.#next ?? index, index);
  }

  /** When the oldest gap is to be given up; undefined without one. */
  dueAtMs(longestWaitMs: number): number | undefined {
    const [oldest] = this.#waiting.values();
    return oldest && oldest.sinceMs + (this.#next === undefined ? FIRST_WAIT_MS : longestWaitMs);
  }

  #begin(index: number): void {
    this.#next = index;
    for (const early of this.#waiting.keys()) if (early < index) this.#waiting.delete(early);
  }

  #giveUpOneGap(): void {
    this.#next = Math.min(...this.#waiting.keys());
    this.#releaseWhatFollows();
  }

  #releaseWhatFollows(): void {
    while (this.#next !== undefined && this.#waiting.size > 0) {
      const following = this.#waiting.get(this.#next);
      if (!following) return;
      this.#waiting.delete(following.packet.index);
      this.#releaseOne(following.packet);
    }
  }

  #releaseOne(packet: T): void {
    this.#next = packet.index + 1;
    this.#release(packet);
  }
}
