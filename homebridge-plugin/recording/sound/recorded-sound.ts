import type { LiveViewPacket } from '../../../camera-client/live-view.ts';
import type { ClockReading } from '../../../camera-client/receive-path/clock-reading.ts';
import type { Clock } from '../../../foundation/clock.ts';
import type { Logger } from '../../../foundation/logger.ts';
import { OPUS_CLOCK_RATE, opusPacketMs } from '../../../media/opus-packet.ts';
import { startAacEncoder, type SoundEncoder, type StartEncoder } from './aac-encoder.ts';
import { FramePlaces } from './frame-places.ts';
import { SoundClock } from './sound-clock.ts';
import { frameAt } from './sound-grid.ts';
import { SoundRing, type SoundWish } from './sound-ring.ts';

const SHORTEST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 300_000;
/** An encoder that gave so many frames has recovered. */
const HEALTHY_FRAMES = 300;
/** A machine that is busy for a moment catches up; an encoder that hangs does not. */
const MOST_AHEAD_MS = 5_000;
const TICKS_PER_MS = 90;
const SAMPLES_PER_MS = OPUS_CLOCK_RATE / 1_000;

export interface RecordedSoundOptions {
  /** How long sound is kept. */
  readonly keptMs: number;
  /** The time of a picture by its RTP timestamp. */
  readonly pictureTicksAt: (timestamp: number) => number | undefined;
  /** Default: ffmpeg. */
  readonly startEncoder?: StartEncoder | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Run {
  readonly encoder: SoundEncoder;
  readonly places: FramePlaces;
  frames: number;
}

/**
 * The sound beside the pictures that are kept. It is encoded while somebody wants it in recordings and the camera sends
 * some; where there is none – yet, or because the encoder failed – the recordings are silent.
 */
export class RecordedSound {
  readonly #options: RecordedSoundOptions;
  readonly #soundClock: SoundClock;
  readonly #ring: SoundRing;
  #isWanted = false;
  #run: Run | undefined;
  #cancelPause: (() => void) | undefined;
  #pauseMs = SHORTEST_PAUSE_MS;
  #hasWarned = false;

  constructor(options: RecordedSoundOptions) {
    const { keptMs, pictureTicksAt, clock } = options;
    this.#options = options;
    this.#soundClock = new SoundClock(pictureTicksAt);
    this.#ring = new SoundRing(frameAt(keptMs * TICKS_PER_MS), clock);
  }

  get bytes(): number {
    return this.#ring.bytes;
  }

  /** Nothing of what was heard is left once it is not wanted any more. */
  setWanted(isWanted: boolean): void {
    this.#isWanted = isWanted;
    if (isWanted) return;
    this.#stop();
    this.#ring.clear();
  }

  handleClock(track: 'video' | 'audio', reading: ClockReading): void {
    this.#soundClock.handleClock(track, reading);
  }

  /** The packets must come in order. */
  handlePacket({ timestamp, payload }: LiveViewPacket): void {
    const durationMs = opusPacketMs(payload);
    const ticks = this.#soundClock.ticksAt(timestamp);
    if (!this.#isWanted || durationMs === undefined || ticks === undefined || this.#cancelPause) return;
    const { encoder, places } = (this.#run ??= this.#start());
    const samples = durationMs * SAMPLES_PER_MS;
    places.give(ticks, samples);
    encoder.encode(payload, samples);
    if (places.aheadMs > MOST_AHEAD_MS) this.#handleEnd('ffmpeg does not keep up');
  }

  /** The view was set up anew. */
  restart(): void {
    this.#soundClock.restart();
  }

  /** The frames from one place up to another, as far as they come in time; undefined where there is silence. */
  async frames(from: number, to: number, wish: SoundWish): Promise<(Buffer | undefined)[]> {
    if (this.#run) await this.#ring.reaches(to, wish);
    return Array.from({ length: to - from }, (_, nth) => this.#ring.at(from + nth));
  }

  /** What is there stays for a recording that is about to take its last fragment. */
  close(): void {
    this.#isWanted = false;
    this.#stop();
  }

  #start(): Run {
    const { startEncoder = startAacEncoder, logger } = this.#options;
    const places = new FramePlaces();
    const encoder = startEncoder({
      handleFrame: (frame) => this.#handleFrame(run, frame),
      handleEnd: (why) => this.#handleEnd(why),
    });
    const run: Run = { encoder, places, frames: 0 };
    logger.debug('the sound for recordings in Apple Home is encoded');
    return run;
  }

  #stop(): void {
    this.#run?.encoder.stop();
    this.#run = undefined;
    this.#cancelPause?.();
    this.#cancelPause = undefined;
    this.#pauseMs = SHORTEST_PAUSE_MS;
    this.#hasWarned = false;
  }

  #handleFrame(run: Run, frame: Buffer): void {
    const place = run.places.take();
    if (place !== undefined) this.#ring.add(place, frame);
    run.frames += 1;
    if (run.frames !== HEALTHY_FRAMES) return;
    this.#pauseMs = SHORTEST_PAUSE_MS;
    this.#hasWarned = false;
  }

  #handleEnd(why: string): void {
    const { clock, logger } = this.#options;
    this.#run?.encoder.stop();
    this.#run = undefined;
    const message = `recordings in Apple Home are silent: ${why}`;
    if (this.#hasWarned) logger.debug(message);
    else logger.warn(message);
    this.#hasWarned = true;
    this.#cancelPause = clock.after(this.#pauseMs, () => (this.#cancelPause = undefined));
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }
}
