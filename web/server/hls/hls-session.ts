import { FragmentBuilder, type Fragment } from '../../../camera-client/fragments/fragment-builder.ts';
import { PictureAssembler } from '../../../camera-client/fragments/picture-assembler.ts';
import type {
  LiveView,
  LiveViewError,
  LiveViewListener,
  LiveViewPacket,
} from '../../../camera-client/live-view.ts';
import { CameraError } from '../../../contract/errors.ts';
import { initializationSegment, VIDEO_TRACK } from '../../../media/fragmented-mp4/initialization-segment.ts';
import { mediaSegment } from '../../../media/fragmented-mp4/media-segment.ts';
import { HlsWindow } from './hls-window.ts';

/** Longer than most cameras go without a key frame; pictures that come later than this are left out. */
const LONGEST_SEGMENT_MS = 12_000;
const MOST_SEGMENT_BYTES = 8 * 1024 * 1024;
/** When a key frame is asked for: the sooner a segment is whole, the smaller the delay. */
const WANTED_SEGMENT_MS = 1_900;
const KEYFRAME_REPEAT_MS = 500;
const TICKS_PER_MS = 90;

export interface HlsSessionOptions {
  readonly device: string;
  readonly id: string;
  /** Of the first segment: more than the last of the session before. */
  readonly firstNumber: number;
  /** Begins to open a view of the camera. */
  readonly openView: (listener: LiveViewListener) => LiveView;
  /** Called once when the camera ended it. */
  readonly handleEnd: (error: LiveViewError) => void;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

interface Waiting {
  readonly resolve: (playlist: string) => void;
  readonly reject: (error: CameraError) => void;
}

/** One camera for all who watch it by HLS: a live view whose pictures go, as they are, into segments kept in memory. */
export class HlsSession {
  readonly #options: HlsSessionOptions;
  readonly #window: HlsWindow;
  readonly #assembler = new PictureAssembler();
  readonly #builder = new FragmentBuilder({ maxMs: LONGEST_SEGMENT_MS, maxBytes: MOST_SEGMENT_BYTES });
  readonly #waiting = new Set<Waiting>();
  #startTicks: number | undefined;
  #epochOfStartMs = 0;
  #segments = 0;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #view: LiveView | undefined;

  constructor(options: HlsSessionOptions) {
    this.#options = options;
    const { id, firstNumber } = options;
    this.#window = new HlsWindow({ id, firstNumber, describe: (sets) => initializationSegment(sets) });
  }

  open(): void {
    this.#view = this.#options.openView({
      handlePacket: (packet) => this.#handlePacket(packet),
      handleRestart: () => this.#assembler.restart(),
      handleEnd: (error) => {
        this.#end(
          error.cause instanceof CameraError ? error.cause : new CameraError('not_live', error.message),
        );
        this.#options.handleEnd(error);
      },
    });
    this.#view.requestKeyframe();
  }

  /** Of the segment that comes next. */
  get nextNumber(): number {
    return this.#window.nextNumber;
  }

  file(name: string): Buffer | undefined {
    return this.#window.file(name);
  }

  /**
   * Resolves as soon as there is a segment.
   * @throws CameraError `timeout`, or why the camera cannot be watched.
   */
  async playlist(timeoutMs: number): Promise<string> {
    const { playlist } = this.#window;
    if (playlist !== undefined) return playlist;
    let timer: NodeJS.Timeout | undefined;
    let waiting: Waiting | undefined;
    try {
      return await new Promise<string>((resolve, reject) => {
        waiting = { resolve, reject };
        this.#waiting.add(waiting);
        timer = setTimeout(() => reject(noPicture(this.#options.device, timeoutMs)), timeoutMs);
      });
    } finally {
      clearTimeout(timer);
      if (waiting) this.#waiting.delete(waiting);
    }
  }

  /** Leaves the camera. Who waits is told that it was stopped. */
  close(): void {
    this.#end(new CameraError('not_live', 'The stream was stopped.'));
  }

  #end(error: CameraError): void {
    void this.#view?.close();
    this.#view = undefined;
    for (const { reject } of [...this.#waiting]) reject(error);
  }

  #handlePacket(packet: LiveViewPacket): void {
    const nowMs = this.#options.now();
    for (const picture of this.#assembler.push(packet, nowMs)) {
      const fragment = this.#builder.push(picture);
      if (fragment) this.#add(fragment);
    }
    const isDue =
      this.#assembler.isWaiting || !this.#builder.isOpen || this.#builder.openMs >= WANTED_SEGMENT_MS;
    if (!isDue || nowMs - this.#askedAtMs < KEYFRAME_REPEAT_MS) return;
    this.#askedAtMs = nowMs;
    this.#view?.requestKeyframe();
  }

  #add({ startTicks, durationTicks, samples, parameterSets }: Fragment): void {
    const durationMs = durationTicks / TICKS_PER_MS;
    if (this.#startTicks === undefined) {
      this.#startTicks = startTicks;
      this.#epochOfStartMs = this.#options.wallClock() - durationMs;
    }
    const decodeTime = startTicks - this.#startTicks;
    this.#segments += 1;
    const data = mediaSegment(this.#segments, [{ track: VIDEO_TRACK, decodeTime, samples }]);
    const startedAtMs = this.#epochOfStartMs + decodeTime / TICKS_PER_MS;
    this.#window.add({ durationMs, startedAtMs, parameterSets, data });
    const { playlist = '' } = this.#window;
    for (const { resolve } of [...this.#waiting]) resolve(playlist);
  }
}

function noPicture(device: string, timeoutMs: number): CameraError {
  const message = `No picture of camera "${device}" came within ${timeoutMs / 1000} s; is there a way (UDP) from this server to the camera?`;
  return new CameraError('timeout', message, { retryAfterS: 2 });
}
