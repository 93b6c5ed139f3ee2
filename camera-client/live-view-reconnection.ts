import type { Logger } from '../foundation/logger.ts';
import type {
  LiveView,
  LiveViewEndReason,
  LiveViewError,
  LiveViewListener,
  LiveViewPacket,
} from './live-view.ts';

const DEFAULT_GIVE_UP_AFTER_MS = 12_000;
const DEFAULT_PAUSE_MS = 500;

/** The camera meant these ends; all others may be an accident of the network. */
const DELIBERATE: ReadonlySet<LiveViewEndReason> = new Set(['stopped', 'disabled', 'shutdown']);

export type OpenConnection = (listener: Omit<LiveViewListener, 'handleRestart'>) => LiveView;

export interface ReconnectingLiveViewOptions {
  readonly openConnection: OpenConnection;
  readonly listener: LiveViewListener;
  readonly logger: Logger;
  /** No packet for so long: the view is given up. Default 12 s, which leaves a lost first try another one. */
  readonly giveUpAfterMs?: number;
  /** Between one try and the next. Default 500 ms. */
  readonly pauseMs?: number;
  /** Milliseconds of a clock that never jumps. */
  readonly now?: () => number;
}

/** A live view that sets itself up anew when its connection breaks or does not come about. */
export class ReconnectingLiveView implements LiveView {
  readonly #options: ReconnectingLiveViewOptions;
  #connection: LiveView | undefined;
  #pause: NodeJS.Timeout | undefined;
  #lastSignOfLifeMs = 0;
  #hasReceived = false;
  #closed = false;

  constructor(options: ReconnectingLiveViewOptions) {
    this.#options = options;
  }

  open(): void {
    this.#lastSignOfLifeMs = this.#now();
    this.#connect();
  }

  requestKeyframe(): void {
    this.#connection?.requestKeyframe();
  }

  talk(opus: Buffer): void {
    this.#connection?.talk?.(opus);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#pause);
    await this.#connection?.close();
  }

  #connect(): void {
    const { listener } = this.#options;
    let isRestart = this.#hasReceived;
    const tellRestart = () => {
      if (isRestart) listener.handleRestart();
      isRestart = false;
    };
    this.#connection = this.#options.openConnection({
      handlePacket: (packet) => {
        tellRestart();
        this.#handlePacket(packet);
      },
      handleAudioPacket: (packet) => {
        tellRestart();
        listener.handleAudioPacket?.(packet);
      },
      handleClock: (...reading) => listener.handleClock?.(...reading),
      handleEnd: (error) => this.#handleEnd(error),
    });
  }

  #handlePacket(packet: LiveViewPacket): void {
    this.#hasReceived = true;
    this.#lastSignOfLifeMs = this.#now();
    this.#options.listener.handlePacket(packet);
  }

  #handleEnd(error: LiveViewError): void {
    if (this.#closed) return;
    this.#connection = undefined;
    if (DELIBERATE.has(error.reason) || this.#isHopeless(error)) {
      this.#closed = true;
      this.#options.listener.handleEnd(error);
      return;
    }
    this.#options.logger.debug(`the live view broke (${error.message}); setting it up anew`);
    this.#pause = setTimeout(() => this.#connect(), this.#options.pauseMs ?? DEFAULT_PAUSE_MS);
  }

  /** A camera that refuses the very first offer will refuse the next; later it may only be restarting. */
  #isHopeless({ reason }: LiveViewError): boolean {
    if (!this.#hasReceived && reason === 'refused') return true;
    const { giveUpAfterMs = DEFAULT_GIVE_UP_AFTER_MS } = this.#options;
    return this.#now() - this.#lastSignOfLifeMs > giveUpAfterMs;
  }

  #now(): number {
    return (this.#options.now ?? performance.now.bind(performance))();
  }
}
