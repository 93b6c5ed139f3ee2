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

interface Entry {
  readonly picture: Promise<Buffer>;
  /** Undefined while the picture is on its way. */
  expiresAtMs: number | undefined;
}

export interface SnapshotCacheOptions {
  readonly take: (device: string, width: number | undefined) => Promise<Buffer>;
  readonly now: () => number;
}

/** Snapshots by camera and width: requests at the same time become one, and a fresh picture is given again. */
export class SnapshotCache {
  readonly #options: SnapshotCacheOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: SnapshotCacheOptions) {
    this.#options = options;
  }

  /** A JPEG not older than three seconds. Rejects with what `take` rejected with. */
  get(device: string, wantedWidth: number | undefined): Promise<Buffer> {
    const width =
      wantedWidth === undefined ? undefined : (WIDTHS.find((step) => step >= wantedWidth) ?? LARGEST_WIDTH);
    const key = `${device} ${width ?? ''}`;
    this.#dropExpired();
    const known = this.#entries.get(key);
    if (known) return known.picture;
    const entry: Entry = { picture: this.#options.take(device, width), expiresAtMs: undefined };
    this.#entries.set(key, entry);
    void this.#expireLater(entry);
    return entry.picture;
  }

  async #expireLater(entry: Entry): Promise<void> {
    const keptMs = await entry.picture.then(
      () => FRESH_MS,
      () => FAILURE_KEPT_MS,
    );
    entry.expiresAtMs = this.#options.now() + keptMs;
  }

  #dropExpired(): void {
    const now = this.#options.now();
    for (const [key, { expiresAtMs }] of this.#entries)
      if (expiresAtMs !== undefined && expiresAtMs <= now) this.#entries.delete(key);
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined && this.#entries.size >= MAX_ENTRIES) this.#entries.delete(oldest);
  }
}
