const SHORTEST_INTERVAL_MS = 1_000;

/**
 * Publishes a state when it has changed, at most once a second. What changes faster is left out, but for the last,
 * which always goes out.
 */
export class StatePublisher {
  readonly #read: () => string;
  readonly #publish: () => void;
  #published: string | undefined;
  #publishedAtMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /** @param read all that counts as a change, as text. */
  constructor(read: () => string, publish: () => void) {
    this.#read = read;
    this.#publish = publish;
  }

  handleChange(): void {
    if (this.#timer) return;
    const waitMs = this.#publishedAtMs + SHORTEST_INTERVAL_MS - performance.now();
    if (waitMs <= 0) this.#publishIfChanged();
    else this.#timer = setTimeout(() => this.#handleTimer(), waitMs);
  }

  /** Publishes at once, changed or not: the broker may have forgotten it. */
  republish(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#published = undefined;
    this.#publishIfChanged();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #handleTimer(): void {
    this.#timer = undefined;
    this.#publishIfChanged();
  }

  #publishIfChanged(): void {
    const state = this.#read();
    if (state === this.#published) return;
    this.#published = state;
    this.#publishedAtMs = performance.now();
    this.#publish();
  }
}
