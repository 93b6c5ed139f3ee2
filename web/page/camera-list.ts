import { fetchBrokerConnected, fetchCameras, type Camera } from './api-client.ts';

const POLL_INTERVAL_MS = 2_000;
/** While somebody waits for something that only the server can tell. */
const POLL_WHILE_WAITING_MS = 750;

export interface CameraListState {
  /** False until the server has answered once. */
  readonly loaded: boolean;
  readonly serverAway: boolean;
  readonly brokerAway: boolean;
  readonly cameras: readonly Camera[];
}

/** Follows what the server knows of the cameras while the page is visible. */
export class CameraList {
  readonly #onChange: (state: CameraListState) => void;
  readonly #isAwaited: () => boolean;
  #state: CameraListState = { loaded: false, serverAway: false, brokerAway: false, cameras: [] };
  #timer: number | undefined;

  /** @param isAwaited whether somebody waits for a change */
  constructor(onChange: (state: CameraListState) => void, isAwaited: () => boolean) {
    this.#onChange = onChange;
    this.#isAwaited = isAwaited;
  }

  get state(): CameraListState {
    return this.#state;
  }

  open(): void {
    document.addEventListener('visibilitychange', () => {
      clearTimeout(this.#timer);
      if (!document.hidden) void this.#poll();
    });
    void this.#poll();
  }

  async #poll(): Promise<void> {
    this.#state = await this.#read();
    this.#onChange(this.#state);
    clearTimeout(this.#timer);
    const { serverAway, brokerAway } = this.#state;
    const isAwaited = serverAway || brokerAway || this.#isAwaited();
    const pauseMs = isAwaited ? POLL_WHILE_WAITING_MS : POLL_INTERVAL_MS;
    if (!document.hidden) this.#timer = setTimeout(() => void this.#poll(), pauseMs);
  }

  async #read(): Promise<CameraListState> {
    try {
      const [cameras, brokerConnected] = await Promise.all([fetchCameras(), fetchBrokerConnected()]);
      return { loaded: true, serverAway: false, brokerAway: !brokerConnected, cameras };
    } catch {
      return { ...this.#state, serverAway: true };
    }
  }
}
