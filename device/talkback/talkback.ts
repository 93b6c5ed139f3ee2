import { type Clock, systemClock } from '../../foundation/clock.ts';
import type { Logger } from '../../foundation/logger.ts';

/** Whoever has been quiet for so long has said it. */
const TURN_MS = 1_000;
/** What Opus sends in place of silence (RFC 6716 §2.1.9). */
const SILENT_BYTES = 3;
const US_PER_MS = 1_000;

export interface TalkbackOptions {
  readonly loudspeaker: { play(opus: Buffer): void; finish(): void };
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** One loudspeaker for all who watch: who talks first is heard, the others when it is quiet again. */
export class Talkback {
  readonly #options: TalkbackOptions;
  readonly #clock: Clock;
  #talker: string | undefined;
  #heardAtUs = 0;

  constructor(options: TalkbackOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** A viewer says something. @param opus one packet. */
  hear(viewer: string, opus: Buffer): void {
    if (opus.length <= SILENT_BYTES) return;
    const nowUs = this.#clock.nowUs();
    const isFree = this.#talker === undefined || nowUs - this.#heardAtUs > TURN_MS * US_PER_MS;
    if (this.#talker !== viewer) {
      if (!isFree) return;
      this.#take(viewer);
    }
    this.#heardAtUs = nowUs;
    this.#options.loudspeaker.play(opus);
  }

  /** A viewer has left. */
  leave(viewer: string): void {
    if (this.#talker !== viewer) return;
    this.#talker = undefined;
    this.#options.loudspeaker.finish();
  }

  #take(viewer: string): void {
    // Another's words would be decoded with what the decoder remembers of the last one's.
    if (this.#talker !== undefined) this.#options.loudspeaker.finish();
    this.#talker = viewer;
    this.#options.logger.info('a viewer talks');
  }
}
