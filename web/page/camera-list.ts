import { fetchBrokerConnected, fetchCameras, type Camera } from './api-client.ts';

const POLL_INTERVAL_MS = 2_000;

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
  #state: CameraListState = { loaded: false, serverAway: false, brokerAway: false, cameras: [] };
  #timer: number | undefined;

  constructor(onChange: (state: CameraListState) => void) {
    this.#onChange = onChange;
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
    if (!document.hidden) this.#timer = setTimeout(() => void this.#poll(), POLL_INTERVAL_MS);
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
