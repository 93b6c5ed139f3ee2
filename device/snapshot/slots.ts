import { CameraError } from '../../contract/errors.ts';

/** Lets a few pieces of work run at a time, keeps some waiting and refuses the rest. */
export class Slots {
  readonly #mostRunning: number;
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(mostRunning: number, mostWaiting: number) {
    this.#mostRunning = mostRunning;
    this.#mostWaiting = mostWaiting;
  }

  /** @throws CameraError `busy` when too many wait; what `work` throws. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#mostRunning) this.#running += 1;
    else await this.#waitForTurn();
    try {
      return await work();
    } finally {
      this.#passOn();
    }
  }

  #waitForTurn(): Promise<void> {
    if (this.#waiting.length >= this.#mostWaiting) {
      throw new CameraError('busy', 'The camera is making too many snapshots; try again.', {
        retryAfterS: 1,
      });
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The next in line inherits the slot, so that nobody can slip in between. */
  #passOn(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running -= 1;
  }
}
