import { describeError, type Logger } from '../foundation/logger.ts';
import { TalkTurns } from '../foundation/talk-turns.ts';
import { HeldPictures } from './held-pictures.ts';
import { LiveViewError, type LiveView, type LiveViewListener, type OpenLiveView } from './live-view.ts';

const DEFAULT_LINGER_MS = 3_000;

export interface SharedLiveViewsOptions {
  readonly open: OpenLiveView;
  readonly logger: Logger;
  /** How long a view outlives its last watcher, so that coming back is instant. Default 3 s. */
  readonly lingerMs?: number;
}

interface SharedView {
  readonly view: LiveView;
  readonly listeners: Set<LiveViewListener>;
  readonly held: HeldPictures;
  /** Of those who talk: for the camera they are one viewer. */
  readonly turns: TalkTurns<LiveViewListener>;
  linger: NodeJS.Timeout | undefined;
}

/** Lets all watchers of a camera within this program share one live view. */
export class SharedLiveViews {
  readonly #options: SharedLiveViewsOptions;
  readonly #shared = new Map<string, SharedView>();

  constructor(options: SharedLiveViewsOptions) {
    this.#options = options;
  }

  /**
   * A share of the camera's view. One that joins a running view has the pictures since the last key frame at once, and asks
   * for a newer one itself.
   */
  readonly join: OpenLiveView = (device, listener) => {
    const shared = this.#shared.get(device) ?? this.#open(device);
    clearTimeout(shared.linger);
    shared.listeners.add(listener);
    const missed = [...shared.held.packets];
    queueMicrotask(() => {
      for (const packet of missed)
        if (shared.listeners.has(listener))
          this.#deliver(device, listener, () => listener.handlePacket(packet));
    });
    return {
      requestKeyframe: () => shared.view.requestKeyframe(),
      talk: (opus) => shared.turns.take(listener) && shared.view.talk?.(opus),
      close: async () => {
        shared.turns.leave(listener);
        if (shared.listeners.delete(listener) && shared.listeners.size === 0) this.#linger(device, shared);
        await Promise.resolve();
      },
    };
  };

  /** Ends every view; no listener hears of it. */
  async close(): Promise<void> {
    const all = [...this.#shared.keys()];
    await Promise.all(all.map((device) => this.#end(device)));
  }

  #open(device: string): SharedView {
    const listeners = new Set<LiveViewListener>();
    const held = new HeldPictures();
    const view = this.#options.open(device, {
      handlePacket: (packet) => {
        held.add(packet);
        for (const listener of listeners)
          this.#deliver(device, listener, () => listener.handlePacket(packet));
      },
      handleAudioPacket: (packet) => {
        for (const listener of listeners)
          this.#deliver(device, listener, () => listener.handleAudioPacket?.(packet));
      },
      handleClock: (...reading) => {
        for (const listener of listeners)
          this.#deliver(device, listener, () => listener.handleClock?.(...reading));
      },
      handleRestart: () => {
        held.clear();
        for (const listener of listeners) this.#deliver(device, listener, () => listener.handleRestart());
      },
      handleEnd: (error) => {
        if (this.#shared.get(device)?.listeners === listeners) this.#forget(device);
        for (const listener of [...listeners]) this.#tellEnd(listener, error);
        listeners.clear();
      },
    });
    const shared: SharedView = {
      view,
      listeners,
      held,
      turns: new TalkTurns(() => performance.now()),
      linger: undefined,
    };
    this.#shared.set(device, shared);
    return shared;
  }

  /** One watcher that fails takes nobody with it. */
  #deliver(device: string, listener: LiveViewListener, deliver: () => void): void {
    try {
      deliver();
    } catch (error) {
      this.#dismiss(device, listener, error);
    }
  }

  #dismiss(device: string, listener: LiveViewListener, cause: unknown): void {
    const shared = this.#shared.get(device);
    if (shared?.listeners.delete(listener) && shared.listeners.size === 0) this.#linger(device, shared);
    const message = `a watcher could not take what came: ${describeError(cause)}`;
    this.#options.logger.debug(message);
    this.#tellEnd(listener, new LiveViewError('unwatchable', message, { cause }));
  }

  /** The last word; whoever fails at it is told nothing more anyway. */
  #tellEnd(listener: LiveViewListener, error: LiveViewError): void {
    try {
      listener.handleEnd(error);
    } catch (thrown) {
      this.#options.logger.debug(`a watcher failed at the end of its view: ${describeError(thrown)}`);
    }
  }

  #linger(device: string, shared: SharedView): void {
    if (this.#shared.get(device) !== shared) return;
    shared.linger = setTimeout(() => {
      this.#end(device).catch((error: unknown) => {
        this.#options.logger.debug(`closing the live view failed: ${describeError(error)}`);
      });
    }, this.#options.lingerMs ?? DEFAULT_LINGER_MS);
  }

  async #end(device: string): Promise<void> {
    const shared = this.#forget(device);
    shared?.listeners.clear();
    await shared?.view.close();
  }

  #forget(device: string): SharedView | undefined {
    const shared = this.#shared.get(device);
    clearTimeout(shared?.linger);
    this.#shared.delete(device);
    return shared;
  }
}
