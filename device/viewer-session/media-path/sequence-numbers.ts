import { unwrapSequence } from '../../../media/rtp-sequence.ts';

/** From here on, sequence numbers and packet numbers of the stream grow alike. */
interface Stretch {
  /** Not wrapped to 16 bits. */
  readonly firstSequence: number;
  readonly firstPacketIndex: number;
}

/** A new stretch begins when a viewer is given up to the next key frame; older ones are past what is kept anyway. */
const MOST_STRETCHES = 32;

/**
 * Gives one viewer's packets sequence numbers without gaps, and finds the packet for a number.
 *
 * All that differs from viewer to viewer is an offset, which changes only where this viewer missed pictures.
 */
export class SequenceNumbers {
  #stretches: Stretch[] = [];
  #nextSequence: number;
  #nextPacketIndex = Number.NaN;

  /** @param first below 2¹⁵, so that a receiver that misses the first packets counts the wraps alike. */
  constructor(first: number) {
    this.#nextSequence = first;
  }

  /** The number of the first of `count` packets, not wrapped to 16 bits. */
  take(packetIndex: number, count: number): number {
    const firstSequence = this.#nextSequence;
    if (packetIndex !== this.#nextPacketIndex) this.#begin({ firstSequence, firstPacketIndex: packetIndex });
    this.#nextSequence += count;
    this.#nextPacketIndex = packetIndex + count;
    return firstSequence;
  }

  /** The packet sent with this 16-bit number most lately; undefined when there is none. */
  packetIndexOf(sequenceNumber: number): number | undefined {
    const sequence = unwrapSequence(this.#nextSequence - 1, sequenceNumber);
    if (sequence >= this.#nextSequence) return undefined;
    const stretch = this.#stretches.findLast(({ firstSequence }) => firstSequence <= sequence);
    return stretch && stretch.firstPacketIndex + sequence - stretch.firstSequence;
  }

  #begin(stretch: Stretch): void {
    this.#stretches = [...this.#stretches.slice(1 - MOST_STRETCHES), stretch];
  }
}
