import type { CameraDirectory, KnownCamera } from '../../camera-client/camera-directory.ts';
import { CameraError } from '../../contract/errors.ts';
import type { Unsubscribe } from '../../contract/message-bus.ts';

/** A picture is shown to everyone who asks within this time, so that many tiles cost the camera one. */
const FRESH_MS = 3_000;
/** A camera that just failed is not asked again for this long. */
const FAILURE_KEPT_MS = 2_000;
const MAX_ENTRIES = 500;
const LARGEST_WIDTH = 3_840;
/**
 * Widths in pixels that are asked for; another one gets the next larger. So few that all of them together, again and
 * again, leave the camera time for others.
 */
const WIDTHS = [640, 1280, 1920, LARGEST_WIDTH];

/** Where the snapshots that were asked for came from. */
export interface SnapshotCounts {
  readonly fromCache: number;
  readonly fromCamera: number;
}

interface Entry {
  readonly device: string;
  readonly picture: Promise<Buffer>;
  /** Undefined while the picture is on its way. */
  expiresAtMs: number | undefined;
}

export interface SnapshotCacheOptions {
  readonly directory: CameraDirectory;
  readonly take: (device: string, width: number | undefined) => Promise<Buffer>;
  readonly now: () => number;
}

/**
 * Snapshots by camera and width: requests at the same time become one, and a fresh picture is given again, unless its
 * camera has been turned off since.
 */
export class SnapshotCache {
  readonly #options: SnapshotCacheOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #turnedOff = new Set<string>();
  readonly #counts = { fromCache: 0, fromCamera: 0 };
  #unsubscribe: Unsubscribe | undefined;

  constructor(options: SnapshotCacheOptions) {
    this.#options = options;
  }

  get counts(): SnapshotCounts {
    return { ...this.#counts };
  }

  open(): void {
    this.#unsubscribe = this.#options.directory.onChange((camera) => this.#handleCamera(camera));
  }

  close(): void {
    this.#unsubscribe?.();
    this.#entries.clear();
  }

  /** A JPEG not older than three seconds. Rejects with what `take` rejected with. */
  get(device: string, wantedWidth: number | undefined): Promise<Buffer> {
    const width =
      wantedWidth === undefined ? undefined : (WIDTHS.find((step) => step >= wantedWidth) ?? LARGEST_WIDTH);
    const key = `${device} ${width ?? ''}`;
    this.#dropExpired();
    const known = this.#entries.get(key);
    if (known) {
      this.#counts.fromCache += 1;
      return known.picture;
    }
    this.#counts.fromCamera += 1;
    const entry: Entry = { device, picture: this.#options.take(device, width), expiresAtMs: undefined };
    this.#entries.set(key, entry);
    void this.#expireLater(entry);
    return entry.picture;
  }

  async #expireLater(entry: Entry): Promise<void> {
    const keptMs = await entry.picture.then(
      () => FRESH_MS,
      (error: unknown) => {
        if (error instanceof CameraError && error.code === 'forbidden') this.#forget(entry.device);
        return FAILURE_KEPT_MS;
      },
    );
    entry.expiresAtMs = this.#options.now() + keptMs;
  }

  /** Neither the picture from before is of use, nor, once the camera is on again, the refusal. */
  #handleCamera({ device, state }: KnownCamera): void {
    const isOff = state?.enabled === false;
    if (isOff === this.#turnedOff.has(device)) return;
    this.#forget(device);
    if (isOff) this.#turnedOff.add(device);
    else this.#turnedOff.delete(device);
  }

  #forget(device: string): void {
    for (const [key, entry] of this.#entries) if (entry.device === device) this.#entries.delete(key);
  }

  #dropExpired(): void {
    const now = this.#options.now();
    for (const [key, { expiresAtMs }] of this.#entries)
      if (expiresAtMs !== undefined && expiresAtMs <= now) this.#entries.delete(key);
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined && this.#entries.size >= MAX_ENTRIES) this.#entries.delete(oldest);
  }
}
