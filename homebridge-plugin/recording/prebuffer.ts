import type { LiveView, LiveViewListener, LiveViewPacket } from '../../camera-client/live-view.ts';
import type { Clock } from '../../foundation/clock.ts';
import type { Logger } from '../../foundation/logger.ts';
import { FragmentBuilder } from '../../camera-client/fragments/fragment-builder.ts';
import { FragmentFeed } from './fragment-feed.ts';
import { PictureAssembler } from '../../camera-client/fragments/picture-assembler.ts';
import type { StartEncoder } from './sound/aac-encoder.ts';
import { RecordedSound } from './sound/recorded-sound.ts';

/** About 8 s of what a Pi's encoder makes at its best. Beside both limits a camera takes less than 1 MB for its sound. */
const MOST_RING_BYTES = 23 * 1024 * 1024;
const MOST_OPEN_BYTES = 8 * 1024 * 1024;
/** Before a fragment is full: the camera needs a moment for its answer, and one request may get lost. */
const KEYFRAME_LEAD_MS = 1_000;
const KEYFRAME_REPEAT_MS = 400;
const US_PER_MS = 1_000;

export interface PrebufferLengths {
  readonly preRollMs: number;
  readonly fragmentMs: number;
}

export interface PrebufferOptions {
  readonly lengths: PrebufferLengths;
  readonly openView: (listener: LiveViewListener) => LiveView;
  /** Called once, when the view ended by itself. Nothing follows. */
  readonly handleEnd: (reason: string) => void;
  readonly startEncoder?: StartEncoder | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The camera's last seconds, kept in memory so that a recording can begin before what started it. */
export class Prebuffer {
  readonly feed: FragmentFeed;
  readonly sound: RecordedSound;
  readonly #options: PrebufferOptions;
  readonly #assembler = new PictureAssembler();
  readonly #builder: FragmentBuilder;
  #view: LiveView | undefined;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #hasPicture = false;
  #hasWarned = false;

  constructor(options: PrebufferOptions) {
    const { lengths, startEncoder, clock, logger } = options;
    const { preRollMs, fragmentMs } = lengths;
    this.#options = options;
    this.feed = new FragmentFeed({ preRollMs, maxBytes: MOST_RING_BYTES }, clock);
    this.#builder = new FragmentBuilder({ maxMs: fragmentMs, maxBytes: MOST_OPEN_BYTES });
    this.sound = new RecordedSound({
      // The ring reaches back into a fragment, one is open, and whoever records may be as slow as the ring is long.
      keptMs: preRollMs + 3 * fragmentMs,
      pictureTicksAt: (timestamp) => this.#assembler.ticksAt(timestamp),
      startEncoder,
      clock,
      logger,
    });
  }

  /** Of all the pictures and the sound it keeps. */
  get bytes(): number {
    return this.feed.bytes + this.#builder.bytes + this.sound.bytes;
  }

  /** True once the camera's pictures come. */
  get hasPicture(): boolean {
    return this.#hasPicture;
  }

  open(): void {
    this.#view = this.#options.openView({
      handlePacket: (packet) => this.#handlePacket(packet),
      handleAudioPacket: (packet) => this.sound.handlePacket(packet),
      handleClock: (...reading) => this.sound.handleClock(...reading),
      handleRestart: () => {
        this.#assembler.restart();
        this.sound.restart();
      },
      handleEnd: (error) => {
        this.close();
        this.#options.handleEnd(error.message);
      },
    });
    // Others may be watching already: then the camera sends no key frame of its own accord.
    this.#view.requestKeyframe();
  }

  /** Completes the fragment that is open, if there is one, as the last of whoever is recording. */
  finishFragment(): void {
    const fragment = this.#builder.finish();
    if (fragment) this.feed.add(fragment);
  }

  /** So that the open fragment is soon complete. */
  requestKeyframe(): void {
    this.#view?.requestKeyframe();
  }

  /** Gives up the camera and forgets its pictures; a recording that runs gets its last fragment. */
  close(): void {
    this.finishFragment();
    this.feed.close();
    this.sound.close();
    void this.#view?.close();
    this.#view = undefined;
  }

  #handlePacket(packet: LiveViewPacket): void {
    const nowMs = this.#options.clock.nowUs() / US_PER_MS;
    for (const picture of this.#assembler.push(packet, nowMs)) {
      this.#hasPicture = true;
      const fragment = this.#builder.push(picture);
      if (fragment) this.feed.add(fragment);
    }
    if (this.#wantsKeyframe()) this.#askForKeyframe(nowMs);
  }

  #wantsKeyframe(): boolean {
    const { fragmentMs } = this.#options.lengths;
    const isWaiting = this.#assembler.isWaiting || !this.#builder.isOpen;
    return isWaiting || this.#builder.openMs > fragmentMs - KEYFRAME_LEAD_MS;
  }

  #askForKeyframe(nowMs: number): void {
    this.#warnOfLateKeyframes();
    if (nowMs - this.#askedAtMs < KEYFRAME_REPEAT_MS) return;
    this.#askedAtMs = nowMs;
    this.requestKeyframe();
  }

  #warnOfLateKeyframes(): void {
    if (this.#hasWarned || this.#builder.leftOutPictures === 0) return;
    this.#hasWarned = true;
    this.#options.logger.warn(
      `the camera makes key frames less often than every ${this.#options.lengths.fragmentMs} ms, and none when asked: recordings in Apple Home stand still in between; set its video.keyframeIntervalS to 2`,
    );
  }
}
