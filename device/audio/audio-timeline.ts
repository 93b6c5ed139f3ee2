import { OPUS_CLOCK_RATE } from '../../media/opus-packet.ts';
import { FRAME_MS } from './opus-frame.ts';

const FRAME_US = FRAME_MS * 1000;
const FRAME_TICKS = (OPUS_CLOCK_RATE * FRAME_MS) / 1000;
const TIMESTAMP_MODULUS = 2 ** 32;
/** How much of a lateness is believed at once: a sound card's clock drifts slowly, a busy machine is late for a moment. */
const SHARE_OF_LATENESS = 1 / 256;

export interface AudioInstant {
  readonly rtpTimestamp: number;
  readonly captureTimeUs: number;
}

/**
 * Tells when each piece of sound was recorded.
 *
 * RTP timestamps count samples, so that no viewer hears how evenly packets arrive; which time they stand for follows the
 * earliest arrivals, as sound may be late but never early. So a sound card whose clock runs a little wrong stays in step
 * with the picture.
 */
export class AudioTimeline {
  #nextTicks = Number.NEGATIVE_INFINITY;
  #nextCaptureUs: number | undefined;

  /** For the next piece. Without a gap its timestamp continues the one before. */
  next(arrivedAtUs: number): AudioInstant {
    const measuredUs = arrivedAtUs - FRAME_US;
    const captureTimeUs = this.#settle(measuredUs);
    const ticks = this.#nextCaptureUs === undefined ? this.#ticksAfterGap(captureTimeUs) : this.#nextTicks;
    this.#nextTicks = ticks + FRAME_TICKS;
    this.#nextCaptureUs = captureTimeUs + FRAME_US;
    return { rtpTimestamp: ticks % TIMESTAMP_MODULUS, captureTimeUs };
  }

  /** What comes next does not continue what came before. */
  handleGap(): void {
    this.#nextCaptureUs = undefined;
  }

  #settle(measuredUs: number): number {
    const expectedUs = this.#nextCaptureUs;
    if (expectedUs === undefined || measuredUs <= expectedUs) return measuredUs;
    return expectedUs + (measuredUs - expectedUs) * SHARE_OF_LATENESS;
  }

  /** Timestamps never go back, whatever the sound card's clock had gained. */
  #ticksAfterGap(captureTimeUs: number): number {
    return Math.max(this.#nextTicks, ticksOf(captureTimeUs));
  }
}

/** The RTP clock's ticks for a time or a span. */
export function ticksOf(timeUs: number): number {
  return Math.floor((timeUs * (OPUS_CLOCK_RATE / 1000)) / 1000);
}
