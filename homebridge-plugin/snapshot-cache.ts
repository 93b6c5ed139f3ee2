import { CameraError } from '../contract/errors.ts';
import { describeError, type Logger } from '../foundation/logger.ts';
import { TimeoutError, withTimeout } from '../foundation/time-out.ts';
import type { CameraReadiness } from './camera-readiness.ts';
import type { PlaceholderKind } from './placeholder-pictures.ts';

/** Pictures are asked for in these widths only, so that many tiles and devices share them. */
const WIDTHS_PX = [320, 640, 1280] as const;
const LARGEST_WIDTH_PX = 1280;

const FRESH_MS = 2_000;
/** A picture older than this tells nothing about now: a new one is worth a short wait. */
const STALE_MS = 60_000;
const FIRST_WAIT_MS = 1_500;
const EVENT_WAIT_MS = 2_500;

export interface SnapshotWish {
  /** Pixels; a picture a little larger or smaller is as good. */
  readonly width: number;
  /** The picture belongs to something that has just happened, such as motion. */
  readonly isForEvent: boolean;
}

export interface SnapshotCacheOptions {
  readonly readiness: () => CameraReadiness;
  /** A new picture from the camera, as JPEG. */
  readonly take: (widthPx: number) => Promise<Buffer>;
  readonly placeholder: (kind: PlaceholderKind, widthPx: number) => Promise<Buffer>;
  readonly logger: Logger;
  /** Milliseconds of a clock that never jumps. */
  readonly now?: () => number;
  readonly firstWaitMs?: number;
  readonly eventWaitMs?: number;
}

interface Kept {
  readonly jpeg: Buffer;
  /** When it was asked for: it shows nothing older. */
  readonly atMs: number;
}

/**
 * Pictures for the tiles of Apple Home, which asks every few seconds and blocks a whole bridge while it waits. What is
 * kept is given at once and renewed behind, but not when it is old; a camera that is away or turned off has its
 * placeholder.
 */
export class SnapshotCache {
  readonly #options: SnapshotCacheOptions;
  readonly #kept = new Map<number, Kept>();
  readonly #taking = new Map<number, Promise<Buffer>>();
  #eventAtMs = -Infinity;

  constructor(options: SnapshotCacheOptions) {
    this.#options = options;
  }

  /** Something has just happened at the camera: its pictures are renewed before Apple Home asks for one. */
  handleEvent(): void {
    this.#eventAtMs = this.#now();
    if (this.#options.readiness() !== 'ready') return;
    const widths = this.#kept.size > 0 ? [...this.#kept.keys()] : [LARGEST_WIDTH_PX];
    for (const width of widths) void this.#takeShared(width);
  }

  /** Never empty, and never later than a few seconds; rejects only when the placeholder itself cannot be read. */
  async take(wish: SnapshotWish): Promise<Buffer> {
    const readiness = this.#options.readiness();
    if (readiness === 'private') this.#kept.clear();
    if (readiness !== 'ready') return this.#options.placeholder(readiness, wish.width);
    const width = WIDTHS_PX.find((candidate) => candidate >= wish.width) ?? LARGEST_WIDTH_PX;
    const kept = this.#kept.get(width) ?? this.#newest();
    const ageMs = this.#ageMs(kept);
    const isOfNow = ageMs <= FRESH_MS && !(wish.isForEvent && kept && kept.atMs < this.#eventAtMs);
    if (kept && isOfNow && this.#kept.get(width) === kept) return kept.jpeg;
    const taking = this.#takeShared(width);
    if (kept && ageMs <= STALE_MS && !wish.isForEvent) return kept.jpeg;
    return this.#waitFor(taking, wish, kept);
  }

  async #waitFor(taking: Promise<Buffer>, wish: SnapshotWish, kept: Kept | undefined): Promise<Buffer> {
    const {
      readiness,
      placeholder,
      firstWaitMs = FIRST_WAIT_MS,
      eventWaitMs = EVENT_WAIT_MS,
    } = this.#options;
    try {
      return await withTimeout(taking, wish.isForEvent ? eventWaitMs : firstWaitMs, 'the picture');
    } catch (error) {
      if (isForbidden(error) || readiness() === 'private') return placeholder('private', wish.width);
      if (kept && this.#ageMs(kept) <= STALE_MS) return kept.jpeg;
      return placeholder(error instanceof TimeoutError ? 'starting' : 'unavailable', wish.width);
    }
  }

  /** Equal requests share one picture; a failure is told here, once for all of them. */
  #takeShared(width: number): Promise<Buffer> {
    const running = this.#taking.get(width);
    if (running) return running;
    const taking = this.#takeNew(width).finally(() => this.#taking.delete(width));
    this.#taking.set(width, taking);
    taking.catch((error: unknown) => {
      if (isForbidden(error)) this.#kept.clear();
      this.#options.logger.debug(`no snapshot: ${describeError(error)}`);
    });
    return taking;
  }

  async #takeNew(width: number): Promise<Buffer> {
    const atMs = this.#now();
    const jpeg = await this.#options.take(width);
    if (this.#options.readiness() === 'private')
      throw new CameraError('forbidden', 'The camera was turned off while its picture was on the way.');
    this.#kept.set(width, { jpeg, atMs });
    return jpeg;
  }

  #newest(): Kept | undefined {
    return [...this.#kept.values()].sort((a, b) => b.atMs - a.atMs)[0];
  }

  #ageMs(kept: Kept | undefined): number {
    return kept ? this.#now() - kept.atMs : Infinity;
  }

  #now(): number {
    return (this.#options.now ?? performance.now.bind(performance))();
  }
}

/** The camera has been turned off, which it may say before its state does. */
function isForbidden(error: unknown): boolean {
  return error instanceof CameraError && error.code === 'forbidden';
}
