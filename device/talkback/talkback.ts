import { type Clock, systemClock } from '../../foundation/clock.ts';
import type { Logger } from '../../foundation/logger.ts';
import { TalkTurns } from '../../foundation/talk-turns.ts';

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
  readonly #turns: TalkTurns<string>;

  constructor(options: TalkbackOptions) {
    const { clock = systemClock } = options;
    this.#options = options;
    this.#turns = new TalkTurns(() => clock.nowUs() / US_PER_MS);
  }

  /** A viewer says something. @param opus one packet. */
  hear(viewer: string, opus: Buffer): void {
    if (opus.length <= SILENT_BYTES) return;
    const before = this.#turns.talker;
    if (!this.#turns.take(viewer)) return;
    if (before !== viewer) this.#begin(before);
    this.#options.loudspeaker.play(opus);
  }

  /** A viewer has left. */
  leave(viewer: string): void {
    if (this.#turns.talker === viewer) this.#options.loudspeaker.finish();
    this.#turns.leave(viewer);
  }

  #begin(before: string | undefined): void {
    // Their words would be decoded with what the decoder remembers of the last one's.
    if (before !== undefined) this.#options.loudspeaker.finish();
    this.#options.logger.info('a viewer talks');
  }
}
