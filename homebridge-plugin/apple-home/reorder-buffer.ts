import { sequenceDistance, sequencePlus } from '../../media/rtp-sequence.ts';

/** A retransmission that takes longer is not worth the delay to all the others. */
const LONGEST_WAIT_MS = 60;
/** A key frame goes out in one burst: what was lost of it can only come after the burst. */
const MOST_WAITING_PACKETS = 128;

interface Numbered {
  readonly sequenceNumber: number;
}

interface Waiting<T> {
  readonly packet: T;
  readonly sinceMs: number;
}

/**
 * Puts packets back in order. Without a loss nothing waits; a gap is waited for shortly, because lost packets come
 * again. Those that come too late, and duplicates, are dropped.
 */
export class ReorderBuffer<T extends Numbered> {
  #waiting: Waiting<T>[] = [];
  #next: number | undefined;

  /** The packets that are now in order: none, or several. `nowMs` is on a clock that never jumps. */
  push(packet: T, nowMs: number): T[] {
    this.#next ??= packet.sequenceNumber;
    if (sequenceDistance(this.#next, packet.sequenceNumber) >= 0) this.#insert(packet, nowMs);
    return this.#release(nowMs);
  }

  reset(): void {
    this.#waiting = [];
    this.#next = undefined;
  }

  #insert(packet: T, nowMs: number): void {
    let at = this.#waiting.length;
    for (; at > 0; at -= 1) {
      const before = this.#waiting[at - 1]?.packet.sequenceNumber ?? 0;
      if (before === packet.sequenceNumber) return;
      if (sequenceDistance(before, packet.sequenceNumber) > 0) break;
    }
    this.#waiting.splice(at, 0, { packet, sinceMs: nowMs });
  }

  #release(nowMs: number): T[] {
    const released: T[] = [];
    for (;;) {
      const [first] = this.#waiting;
      if (!first || (this.#isAfterGap(first) && this.#isWorthWaiting(nowMs))) return released;
      this.#waiting.shift();
      released.push(first.packet);
      this.#next = sequencePlus(first.packet.sequenceNumber, 1);
    }
  }

  #isAfterGap({ packet }: Waiting<T>): boolean {
    return packet.sequenceNumber !== this.#next;
  }

  #isWorthWaiting(nowMs: number): boolean {
    const longestMs = nowMs - Math.min(...this.#waiting.map(({ sinceMs }) => sinceMs));
    return longestMs <= LONGEST_WAIT_MS && this.#waiting.length < MOST_WAITING_PACKETS;
  }
}
