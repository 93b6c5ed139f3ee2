import { CameraError } from '../../contract/errors.ts';
import { MAX_SNAPSHOT_BYTES } from '../../contract/limits.ts';
import { type AccessUnit, accessUnitToAnnexB } from '../../media/access-unit.ts';
import { type Clock, systemClock } from '../capture/clock.ts';
import { type EncodeJpeg, encodeJpegWithFfmpeg, type JpegSettings } from './jpeg-encoder.ts';
import { jpegSizeOf } from './jpeg-size.ts';
import { Slots } from './slots.ts';

export interface SnapshotOptions {
  /** Pixels; never larger than the stream. Default: the stream's width. */
  readonly width?: number | undefined;
  /** 1 (poor) to 100 (best), default 85. A picture that becomes too large gets a lower one. */
  readonly quality?: number | undefined;
}

export interface Snapshot {
  /** At most MAX_SNAPSHOT_BYTES. */
  readonly jpeg: Buffer;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** When the picture was taken, milliseconds since 1970. */
  readonly ts: number;
}

/** The part of LiveStream that snapshots need. */
export interface KeyframeProvider {
  newestKeyframe(): AccessUnit | undefined;
  nextKeyframe(timeoutMs: number): Promise<AccessUnit>;
}

export interface SnapshotTakerOptions {
  readonly stream: KeyframeProvider;
  readonly encodeJpeg?: EncodeJpeg;
  readonly clock?: Clock;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const DEFAULT_QUALITY = 85;
/** A camera that is off needs some seconds to its first key frame; the client gives up after 8. */
const KEYFRAME_TIMEOUT_MS = 6_000;
const MOST_AT_A_TIME = 2;
const MOST_WAITING = 16;
const MOST_REMEMBERED = 4;
const SMALLEST_WIDTH = 16;
const MICROSECONDS_PER_MILLISECOND = 1000;

/** What is tried next when the JPEG is too large: shares of the wanted quality and of the picture's width. */
const SMALLER_TRIES = [
  { quality: 0.7, width: 1 },
  { quality: 0.4, width: 1 },
  { quality: 0.4, width: 0.5 },
  { quality: 0, width: 0.25 },
] as const;

/** Makes JPEGs of the newest key frame, and turns the camera on for one if it is off. */
export class SnapshotTaker {
  readonly #stream: KeyframeProvider;
  readonly #encodeJpeg: EncodeJpeg;
  readonly #clock: Clock;
  readonly #now: () => number;
  readonly #slots = new Slots(MOST_AT_A_TIME, MOST_WAITING);
  readonly #underWay = new Map<string, Promise<Snapshot>>();
  readonly #abort = new AbortController();
  #remembered = new Map<string, Snapshot>();
  #rememberedFor: AccessUnit | undefined;

  constructor(options: SnapshotTakerOptions) {
    this.#stream = options.stream;
    this.#encodeJpeg = options.encodeJpeg ?? encodeJpegWithFfmpeg;
    this.#clock = options.clock ?? systemClock;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Equal requests share one picture.
   *
   * @throws CameraError `timeout`, `busy`, `not_live` when the camera is stopped meanwhile, or why the camera failed.
   */
  take(options: SnapshotOptions = {}): Promise<Snapshot> {
    const settings = { width: options.width, quality: options.quality ?? DEFAULT_QUALITY };
    const key = `${settings.width ?? 'own'} ${settings.quality}`;
    const underWay = this.#underWay.get(key);
    if (underWay) return underWay;
    const taking = this.#take(settings, key).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, taking);
    return taking;
  }

  /** Ends what is under way. */
  close(): void {
    this.#abort.abort();
  }

  async #take(settings: JpegSettings, key: string): Promise<Snapshot> {
    const keyframe = this.#stream.newestKeyframe() ?? (await this.#stream.nextKeyframe(KEYFRAME_TIMEOUT_MS));
    const known = this.#rememberedFor === keyframe ? this.#remembered.get(key) : undefined;
    if (known) return known;
    const snapshot = await this.#slots.run(() => this.#encode(keyframe, settings));
    this.#remember(keyframe, key, snapshot);
    return snapshot;
  }

  async #encode(keyframe: AccessUnit, settings: JpegSettings): Promise<Snapshot> {
    const ageMs = (this.#clock.nowUs() - keyframe.captureTimeUs) / MICROSECONDS_PER_MILLISECOND;
    const ts = Math.round(this.#now() - ageMs);
    const jpeg = await this.#encodeSmallEnough(accessUnitToAnnexB(keyframe), settings);
    const size = jpegSizeOf(jpeg);
    if (!size) throw new CameraError('internal', 'ffmpeg made no JPEG of the newest picture; try again.');
    return { jpeg, ...size, ts };
  }

  async #encodeSmallEnough(keyframe: Buffer, settings: JpegSettings): Promise<Buffer> {
    const { signal } = this.#abort;
    const wanted = await this.#encodeJpeg(keyframe, settings, signal);
    if (wanted.length <= MAX_SNAPSHOT_BYTES) return wanted;
    const fullWidth = jpegSizeOf(wanted)?.width ?? SMALLEST_WIDTH;
    for (const share of SMALLER_TRIES) {
      const quality = Math.max(1, Math.round(settings.quality * share.quality));
      const width = Math.max(SMALLEST_WIDTH, Math.round(fullWidth * share.width));
      const jpeg = await this.#encodeJpeg(keyframe, { width, quality }, signal);
      if (jpeg.length <= MAX_SNAPSHOT_BYTES) return jpeg;
    }
    throw new CameraError(
      'too_large',
      `The snapshot is larger than ${MAX_SNAPSHOT_BYTES} bytes; ask for a smaller width.`,
    );
  }

  #remember(keyframe: AccessUnit, key: string, snapshot: Snapshot): void {
    if (this.#rememberedFor !== keyframe) this.#remembered = new Map();
    this.#rememberedFor = keyframe;
    if (this.#remembered.size < MOST_REMEMBERED) this.#remembered.set(key, snapshot);
  }
}
