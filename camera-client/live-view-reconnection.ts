import type { Logger } from '../foundation/logger.ts';
import type {
  LiveView,
  LiveViewEndReason,
  LiveViewError,
  LiveViewListener,
  LiveViewPacket,
} from './live-view.ts';

const DEFAULT_GIVE_UP_AFTER_MS = 15_000;
const DEFAULT_PAUSE_MS = 500;

/** The camera meant these ends; all others may be an accident of the network. */
const DELIBERATE: ReadonlySet<LiveViewEndReason> = new Set(['stopped', 'disabled', 'shutdown']);

export type OpenConnection = (listener: Pick<LiveViewListener, 'handlePacket' | 'handleEnd'>) => LiveView;

export interface ReconnectingLiveViewOptions {
  readonly openConnection: OpenConnection;
  readonly listener: LiveViewListener;
  readonly logger: Logger;
  /** A view that was running and broke is given up when no packet has come for so long. Default 15 s. */
  readonly giveUpAfterMs?: number;
  /** Between one try and the next. Default 500 ms. */
  readonly pauseMs?: number;
  /** Milliseconds of a clock that never jumps. */
  readonly now?: () => number;
}

/** A live view that sets itself up anew when its connection breaks; one that never came about ends with the first try. */
export class ReconnectingLiveView implements LiveView {
  readonly #options: ReconnectingLiveViewOptions;
  #connection: LiveView | undefined;
  #pause: NodeJS.Timeout | undefined;
  #lastPacketAtMs: number | undefined;
  #closed = false;

  constructor(options: ReconnectingLiveViewOptions) {
    this.#options = options;
  }

  open(): void {
    this.#connect();
  }

  requestKeyframe(): void {
    this.#connection?.requestKeyframe();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#pause);
    await this.#connection?.close();
  }

  #connect(): void {
    let isFirstPacket = this.#lastPacketAtMs !== undefined;
    this.#connection = this.#options.openConnection({
      handlePacket: (packet) => {
        if (isFirstPacket) this.#options.listener.handleRestart();
        isFirstPacket = false;
        this.#handlePacket(packet);
      },
      handleEnd: (error) => this.#handleEnd(error),
    });
  }

  #handlePacket(packet: LiveViewPacket): void {
    this.#lastPacketAtMs = this.#now();
    this.#options.listener.handlePacket(packet);
  }

  #handleEnd(error: LiveViewError): void {
    if (this.#closed) return;
    this.#connection = undefined;
    if (DELIBERATE.has(error.reason) || this.#isHopeless()) {
      this.#closed = true;
      this.#options.listener.handleEnd(error);
      return;
    }
    this.#options.logger.debug(`the live view broke (${error.message}); setting it up anew`);
    this.#pause = setTimeout(() => this.#connect(), this.#options.pauseMs ?? DEFAULT_PAUSE_MS);
  }

  #isHopeless(): boolean {
    if (this.#lastPacketAtMs === undefined) return true;
    const { giveUpAfterMs = DEFAULT_GIVE_UP_AFTER_MS } = this.#options;
    return this.#now() - this.#lastPacketAtMs > giveUpAfterMs;
  }

  #now(): number {
    return (this.#options.now ?? performance.now.bind(performance))();
  }
}
