/** A camera sends a key frame of its own accord when a view begins; it is asked only when that one did not come. */
const FIRST_WAIT_MS = 200;
const SHORTEST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 2_400;

/**
 * The wish for a key frame: asked for at once, then again with growing pauses until one comes, because requests are
 * lost too.
 */
export class KeyframeWish {
  #dueAtMs: number | undefined;
  #pauseMs = SHORTEST_PAUSE_MS;
  #askedAtMs = Number.NEGATIVE_INFINITY;

  get isPending(): boolean {
    return this.#dueAtMs !== undefined;
  }

  /** When to ask; undefined when there is no need. */
  get dueAtMs(): number | undefined {
    return this.#dueAtMs;
  }

  /** To be called when the view begins. */
  expectFirst(nowMs: number): void {
    this.#dueAtMs = nowMs + FIRST_WAIT_MS;
  }

  request(nowMs: number): void {
    const allowedAtMs = this.#askedAtMs + SHORTEST_PAUSE_MS;
    this.#dueAtMs = Math.min(this.#dueAtMs ?? Infinity, Math.max(nowMs, allowedAtMs));
  }

  /** A key frame has come. */
  settle(): void {
    this.#dueAtMs = undefined;
    this.#pauseMs = SHORTEST_PAUSE_MS;
  }

  /** True when the camera is to be asked now; it then counts as asked. */
  takeDue(nowMs: number): boolean {
    if (this.#dueAtMs === undefined || this.#dueAtMs > nowMs) return false;
    this.#askedAtMs = nowMs;
    this.#dueAtMs = nowMs + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    return true;
  }
}
