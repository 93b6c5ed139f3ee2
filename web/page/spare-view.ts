import { readSample } from './statistics.ts';
import type { WhepClient } from './whep-client.ts';

const LOOK_INTERVAL_MS = 250;
/** So long a camera goes on sending to a viewer that it hears nothing of. */
const KEPT_MS = 30_000;

/**
 * A view that shows nothing any more, kept while the page tries to get another. When a network that was cut comes back, it
 * is mostly this one that goes on first: the camera has not stopped sending, and nothing has to be agreed on anew.
 */
export class SpareView {
  readonly #onAlive: (client: WhepClient) => void;
  #client: WhepClient | undefined;
  #framesBefore = 0;
  #keptSinceMs = 0;
  #timer: number | undefined;

  constructor(onAlive: (client: WhepClient) => void) {
    this.#onAlive = onAlive;
  }

  /** Takes the place of the one before, which is closed. */
  keep(client: WhepClient, framesDecoded: number): void {
    this.drop();
    this.#client = client;
    this.#framesBefore = framesDecoded;
    this.#keptSinceMs = performance.now();
    this.#lookLater(client);
  }

  drop(): void {
    clearTimeout(this.#timer);
    this.#client?.close();
    this.#client = undefined;
  }

  #lookLater(client: WhepClient): void {
    this.#timer = setTimeout(() => {
      this.#look(client).catch(() => this.#client === client && this.drop());
    }, LOOK_INTERVAL_MS);
  }

  async #look(client: WhepClient): Promise<void> {
    const frames = readSample(await client.getStats(), performance.now())?.framesDecoded ?? 0;
    if (this.#client !== client) return;
    if (frames > this.#framesBefore) {
      this.#client = undefined;
      this.#onAlive(client);
    } else if (client.isOver || performance.now() - this.#keptSinceMs > KEPT_MS) this.drop();
    else this.#lookLater(client);
  }
}
