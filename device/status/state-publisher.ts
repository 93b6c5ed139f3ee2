const SHORTEST_INTERVAL_MS = 1_000;

export interface PublishedState {
  /** All that counts as a change. */
  readonly text: string;
  /** The part of it that nobody may hear of late. */
  readonly urgent: unknown;
}

/**
 * Publishes a state when it has changed, at most once a second. What changes faster is left out, but for the last,
 * which always goes out, and for what is urgent, which goes out at once.
 */
export class StatePublisher {
  readonly #read: () => PublishedState;
  readonly #publish: () => void;
  #published: PublishedState | undefined;
  #publishedAtMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(read: () => PublishedState, publish: () => void) {
    this.#read = read;
    this.#publish = publish;
  }

  handleChange(): void {
    if (this.#read().urgent !== this.#published?.urgent) {
      this.#publishNow();
      return;
    }
    if (this.#timer) return;
    const waitMs = this.#publishedAtMs + SHORTEST_INTERVAL_MS - performance.now();
    if (waitMs <= 0) this.#publishIfChanged();
    else this.#timer = setTimeout(() => this.#handleTimer(), waitMs);
  }

  /** Publishes at once, changed or not: the broker may have forgotten it. */
  republish(): void {
    this.#published = undefined;
    this.#publishNow();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #handleTimer(): void {
    this.#timer = undefined;
    this.#publishIfChanged();
  }

  #publishNow(): void {
    this.close();
    this.#publishIfChanged();
  }

  #publishIfChanged(): void {
    const state = this.#read();
    if (state.text === this.#published?.text) return;
    this.#published = state;
    this.#publishedAtMs = performance.now();
    this.#publish();
  }
}
