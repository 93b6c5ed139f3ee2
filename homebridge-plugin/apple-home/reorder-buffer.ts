import { sequenceDistance, sequencePlus } from '../../media/rtp-sequence.ts';

const DEFAULT_DEPTH_PACKETS = 4;

interface Numbered {
  readonly sequenceNumber: number;
}

/**
 * Puts packets back in order. A gap is waited for until `depth` packets have come after it: a retransmission that takes
 * longer is not worth the delay to all the others. Late packets and duplicates are dropped.
 */
export class ReorderBuffer<T extends Numbered> {
  readonly #depth: number;
  #waiting: T[] = [];
  #next: number | undefined;

  constructor(depth = DEFAULT_DEPTH_PACKETS) {
    this.#depth = depth;
  }

  /** The packets that are now in order: none, or several. */
  push(packet: T): T[] {
    this.#next ??= packet.sequenceNumber;
    const isLate = sequenceDistance(this.#next, packet.sequenceNumber) < 0;
    const isKnown = this.#waiting.some(({ sequenceNumber }) => sequenceNumber === packet.sequenceNumber);
    if (isLate || isKnown) return [];
    if (packet.sequenceNumber === this.#next && this.#waiting.length === 0) {
      this.#next = sequencePlus(this.#next, 1);
      return [packet];
    }
    this.#insert(packet);
    return this.#release();
  }

  reset(): void {
    this.#waiting = [];
    this.#next = undefined;
  }

  #insert(packet: T): void {
    const at = this.#waiting.findIndex(
      ({ sequenceNumber }) => sequenceDistance(packet.sequenceNumber, sequenceNumber) > 0,
    );
    this.#waiting.splice(at === -1 ? this.#waiting.length : at, 0, packet);
  }

  #release(): T[] {
    const released: T[] = [];
    for (;;) {
      const [first] = this.#waiting;
      if (!first) return released;
      const isGap = first.sequenceNumber !== this.#next;
      if (isGap && this.#waiting.length < this.#depth) return released;
      this.#waiting.shift();
      released.push(first);
      this.#next = sequencePlus(first.sequenceNumber, 1);
    }
  }
}
