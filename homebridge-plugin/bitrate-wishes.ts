import { describeError, type Logger } from '../foundation/logger.ts';

export interface BitrateWishesOptions {
  /** Tells the camera, in kbit/s; 0 means that it may send what it likes. */
  readonly tell: (kbps: number) => Promise<unknown>;
  readonly logger: Logger;
}

/**
 * What the controllers that watch one camera can take, in one word to the camera: the most that any of them takes, and
 * no limit as long as one has none. The camera has one encoder for all, and its own floor.
 */
export class BitrateWishes {
  readonly #options: BitrateWishesOptions;
  readonly #limits = new Map<string, number>();
  #toldKbps = 0;
  #isTelling = false;

  constructor(options: BitrateWishesOptions) {
    this.#options = options;
  }

  /** @param limitKbps 0: whoever watches takes everything. */
  set(session: string, limitKbps: number): void {
    this.#limits.set(session, limitKbps);
    this.#settle();
  }

  remove(session: string): void {
    if (this.#limits.delete(session)) this.#settle();
  }

  /** A camera that has just begun to send knows nothing of what was told before. */
  renew(): void {
    if (this.#isTelling) return;
    this.#toldKbps = 0;
    this.#settle();
  }

  get #wantedKbps(): number {
    const limits = [...this.#limits.values()];
    return limits.length === 0 || limits.includes(0) ? 0 : Math.max(...limits);
  }

  /** One request at a time, so that the last word is the one that holds. */
  #settle(): void {
    const kbps = this.#wantedKbps;
    if (this.#isTelling || kbps === this.#toldKbps) return;
    this.#isTelling = true;
    this.#options
      .tell(kbps)
      .catch((error: unknown) => {
        this.#options.logger.debug(`the camera keeps its bit rate: ${describeError(error)}`);
      })
      .finally(() => {
        this.#isTelling = false;
        this.#toldKbps = kbps;
        this.#settle();
      });
  }
}
