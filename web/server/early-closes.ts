import type { ClosePush } from '../../contract/operations.ts';

/** A view's answer overtaken by its end is some milliseconds late, not more. */
const KEPT_MS = 5_000;
/** Anyone on the broker may push; the oldest is forgotten first. */
const MAX_KEPT = 200;

interface EarlyClose {
  readonly push: ClosePush;
  readonly atMs: number;
}

/** Ends of views that this server does not know yet: a camera can end one before its answer has been handled. */
export class EarlyCloses {
  readonly #now: () => number;
  readonly #kept = new Map<string, EarlyClose>();

  /** `now` in milliseconds of any steady clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  keep(device: string, push: ClosePush): void {
    const key = keyOf(device, push.session);
    this.#kept.delete(key);
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size >= MAX_KEPT) this.#kept.delete(oldest);
    this.#kept.set(key, { push, atMs: this.#now() });
  }

  /** What ended this view within the last seconds; told once. */
  take(device: string, session: string): ClosePush | undefined {
    const key = keyOf(device, session);
    const early = this.#kept.get(key);
    this.#kept.delete(key);
    return early && this.#now() - early.atMs <= KEPT_MS ? early.push : undefined;
  }

  clear(): void {
    this.#kept.clear();
  }
}

/** With the device, so that no camera ends another's views. */
function keyOf(device: string, session: string): string {
  return `${device}/${session}`;
}
