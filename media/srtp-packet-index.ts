import { ReplayWindow } from './replay-window.ts';
import { unwrapSequence } from './rtp-sequence.ts';

const MOST_STREAMS = 64;

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

  /** @returns false when there are too many streams. */
  accept(ssrc: number, window: ReplayWindow, index: number): boolean {
    if (!this.#windows.has(ssrc) && this.#windows.size >= MOST_STREAMS) return false;
    window.accept(index);
    this.#windows.set(ssrc, window);
    return true;
  }
}
