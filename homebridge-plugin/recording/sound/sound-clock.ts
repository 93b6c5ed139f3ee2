import type { ClockReading } from '../../../camera-client/receive-path/clock-reading.ts';
import { OPUS_CLOCK_RATE } from '../../../media/opus-packet.ts';

const TICKS_PER_MS = 90;
const SAMPLES_PER_TICK = OPUS_CLOCK_RATE / 90_000;

/**
 * Puts the camera's sound into the time of its pictures. Their timestamps begin anywhere; what they have in common is the
 * camera's clock, and what it says of both.
 */
export class SoundClock {
  readonly #pictureTicksAt: (timestamp: number) => number | undefined;
  #readings: Readonly<Partial<Record<'video' | 'audio', ClockReading>>> = {};

  constructor(pictureTicksAt: (timestamp: number) => number | undefined) {
    this.#pictureTicksAt = pictureTicksAt;
  }

  handleClock(track: 'video' | 'audio', reading: ClockReading): void {
    this.#readings = { ...this.#readings, [track]: reading };
  }

  /** What was said of the clocks holds no more. */
  restart(): void {
    this.#readings = {};
  }

  /** undefined as long as the camera has not said enough. */
  ticksAt(timestamp: number): number | undefined {
    const { video, audio } = this.#readings;
    if (!video || !audio) return undefined;
    const videoTicks = this.#pictureTicksAt(video.timestamp);
    if (videoTicks === undefined) return undefined;
    const sinceReading = (timestamp - audio.timestamp) | 0;
    return videoTicks + (audio.epochMs - video.epochMs) * TICKS_PER_MS + sinceReading / SAMPLES_PER_TICK;
  }
}
