/** Whoever has been quiet for so long has said it. */
const TURN_MS = 1_000;

/** Lets one after the other talk: two at once would be heard as neither. */
export class TalkTurns<Who> {
  readonly #nowMs: () => number;
  #talker: Who | undefined;
  #heardAtMs = 0;

  /** @param nowMs of a clock that never jumps. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Who has talked last, unless they have left. */
  get talker(): Who | undefined {
    return this.#talker;
  }

  /** Somebody says something. @returns whether it is theirs to say. */
  take(who: Who): boolean {
    const nowMs = this.#nowMs();
    const isFree = this.#talker === undefined || nowMs - this.#heardAtMs > TURN_MS;
    if (this.#talker !== who && !isFree) return false;
    this.#talker = who;
    this.#heardAtMs = nowMs;
    return true;
  }

  leave(who: Who): void {
    if (this.#talker === who) this.#talker = undefined;
  }
}
