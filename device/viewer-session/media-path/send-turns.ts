/**
 * Lets the viewers of a camera send one after the other, each in a tick of its own.
 *
 * Node's sockets hold a packet back for two ticks. Were all viewers' packets encrypted in one go, those of the first
 * viewer would leave only when those of the last were ready.
 */
export class SendTurns {
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;

  /** `send` is called now when nobody else is at it, else after those who came before. */
  take(send: () => void): void {
    this.#waiting.push(send);
    if (!this.#isTaken) this.#next();
  }

  readonly #next = (): void => {
    const send = this.#waiting.shift();
    this.#isTaken = send !== undefined;
    if (!send) return;
    try {
      send();
    } finally {
      process.nextTick(this.#next);
    }
  };
}
