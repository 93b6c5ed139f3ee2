import type { Clock } from './clock.ts';

/** Longer than the longest pause between two tries: two clients of one id must not think each other gone. */
const STEADY_MS = 60_000;
/** One may be a broker that starts again, two a bad day. */
const MOST_SHORT_CONNECTIONS = 3;
/** So many tries in a row, about a quarter of a minute, are made as soon as … */
const PROMPT_TRIES = 20;
/** … the first would be: a broker that starts again is back within seconds. */
const MOST_WHILE_PROMPT = 1;

/** Tells a broker that is away from one that ends each connection soon after it began. */
export class ConnectionHistory {
  readonly #clock: Clock;
  readonly #handleSteady: () => void;
  readonly #steadyMs: number;
  #cancel: (() => void) | undefined;
  #isConnected = false;
  #failedTries = 0;
  #shortConnections = 0;

  /** @param handleSteady a connection lasts, after several that did not */
  constructor(clock: Clock, handleSteady: () => void, steadyMs = STEADY_MS) {
    this.#clock = clock;
    this.#handleSteady = handleSteady;
    this.#steadyMs = steadyMs;
  }

  /** What the next pause grows with. */
  get failures(): number {
    const late = Math.max(0, this.#failedTries - PROMPT_TRIES);
    return Math.min(this.#failedTries, MOST_WHILE_PROMPT) + late + this.#shortConnections;
  }

  /** Several connections in a row were ended soon. */
  get isUnsteady(): boolean {
    return this.#shortConnections >= MOST_SHORT_CONNECTIONS;
  }

  handleConnect(): void {
    this.#isConnected = true;
    this.#failedTries = 0;
    this.#cancel?.();
    this.#cancel = this.#clock.after(this.#steadyMs, () => this.#settle());
  }

  /** A connection has ended, or a try has failed. */
  handleClose(): void {
    if (!this.#isConnected) this.#failedTries += 1;
    else if (this.#cancel) this.#shortConnections += 1;
    this.close();
  }

  close(): void {
    this.#isConnected = false;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #settle(): void {
    const wasUnsteady = this.isUnsteady;
    this.#cancel = undefined;
    this.#shortConnections = 0;
    if (wasUnsteady) this.#handleSteady();
  }
}
