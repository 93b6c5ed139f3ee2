import { ReplayWindow } from './replay-window.ts';
import { unwrapSequence } from './rtp-sequence.ts';

const MOST_STREAMS = 64;
const SEQUENCE_MODULUS = 2 ** 16;

/** Counts the roll-overs of each stream an end sends (RFC 3711 §3.3.1). */
export class SentPacketIndexes {
  readonly #highest = new Map<number, number>();

  /** The 48-bit index of a packet; sequence numbers may skip or come late by less than 2¹⁵. */
  next(ssrc: number, sequenceNumber: number): number {
    const highest = this.#highest.get(ssrc);
    const nearest = unwrapSequence(highest, sequenceNumber);
    const index = nearest < 0 ? sequenceNumber : nearest;
    this.#highest.set(ssrc, Math.max(highest ?? index, index));
    return index;
  }

  /**
   * The indexes of packets in a row, as `next` would give them.
   *
   * @param packets one or more.
   * @returns that of the first.
   */
  nextInARow(ssrc: number, firstSequenceNumber: number, packets: number): number {
    const first = this.next(ssrc, firstSequenceNumber);
    this.next(ssrc, (firstSequenceNumber + packets - 1) % SEQUENCE_MODULUS);
    return first;
  }
}

/**
 * The replay windows of the streams an end receives.
 *
 * They are kept for authentic streams only, and for so many, so that no peer can make them fill the memory.
 */
export class ReplayWindows {
  readonly #windows = new Map<number, ReplayWindow>();

  of(ssrc: number): ReplayWindow {
    return this.#windows.get(ssrc) ?? new ReplayWindow();
  }

  /**
   * Takes a packet whose index can only be guessed from its sequence number.
   *
   * The nearest index may be wrong after a loss of 2¹⁵ packets and more. A wrong guess would make every later packet
   * fail too, so that authentication is the judge: the next turn of the sequence numbers is tried as well.
   *
   * @param open gives undefined when the packet is not authentic under this index.
   */
  take<T>(
    ssrc: number,
    sequenceNumber: number,
    open: (index: number) => T | undefined,
  ): { readonly index: number; readonly opened: T } | undefined {
    const window = this.of(ssrc);
    for (const index of possibleIndexes(window, sequenceNumber)) {
      const opened = open(index);
      if (opened !== undefined) return this.accept(ssrc, window, index) ? { index, opened } : undefined;
    }
    return undefined;
  }

  /** @returns false when there are too many streams. */
  accept(ssrc: number, window: ReplayWindow, index: number): boolean {
    if (!this.#windows.has(ssrc) && this.#windows.size >= MOST_STREAMS) return false;
    window.accept(index);
    this.#windows.set(ssrc, window);
    return true;
  }
}

/** The likeliest first; none for a packet that came before. */
function possibleIndexes(window: ReplayWindow, sequenceNumber: number): number[] {
  const nearest = unwrapSequence(window.highest, sequenceNumber);
  const oneTurnOn = nearest + SEQUENCE_MODULUS;
  if (nearest > (window.highest ?? nearest)) return [nearest];
  if (window.isNew(nearest)) return [nearest, oneTurnOn];
  return window.hasSeen(nearest) ? [] : [oneTurnOn];
}
