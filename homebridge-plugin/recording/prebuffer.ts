import type { LiveView, LiveViewListener, LiveViewPacket } from '../../camera-client/live-view.ts';
import type { Clock } from '../../foundation/clock.ts';
import type { Logger } from '../../foundation/logger.ts';
import { FragmentBuilder } from '../../camera-client/fragments/fragment-builder.ts';
import { FragmentFeed } from './fragment-feed.ts';
import { PictureAssembler } from '../../camera-client/fragments/picture-assembler.ts';

/** More than 8 s of what a Pi's encoder makes at its best. Both limits together are all the memory a camera takes. */
const MOST_RING_BYTES = 24 * 1024 * 1024;
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
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The camera's last seconds, kept in memory so that a recording can begin before what started it. */
export class Prebuffer {
  readonly feed: FragmentFeed;
  readonly #options: PrebufferOptions;
  readonly #assembler = new PictureAssembler();
  readonly #builder: FragmentBuilder;
  #view: LiveView | undefined;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #hasPicture = false;
  #hasWarned = false;

  constructor(options: PrebufferOptions) {
    const { preRollMs, fragmentMs } = options.lengths;
    this.#options = options;
    this.feed = new FragmentFeed({ preRollMs, maxBytes: MOST_RING_BYTES }, options.clock);
    this.#builder = new FragmentBuilder({ maxMs: fragmentMs, maxBytes: MOST_OPEN_BYTES });
  }

  /** Of all the pictures it keeps. */
  get bytes(): number {
    return this.feed.bytes + this.#builder.bytes;
  }

  /** True once the camera's pictures come. */
  get hasPicture(): boolean {
    return this.#hasPicture;
  }

  open(): void {
    this.#view = this.#options.openView({
      handlePacket: (packet) => this.#handlePacket(packet),
      handleRestart: () => this.#assembler.restart(),
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
