import { stateSchema, statusSchema, type DeviceState } from '../contract/device-messages.ts';
import { parseJson } from '../contract/envelopes.ts';
import { OFFLINE_DEBOUNCE_MS } from '../contract/limits.ts';
import type { InboundMessage, MessageBus, Unsubscribe } from '../contract/message-bus.ts';
import { deviceTopics } from '../contract/topics.ts';

/**
 * `waiting`: the broker is there and has nothing of the camera yet. `live`: online with its camera running.
 */
export type Availability = 'no broker' | 'waiting' | 'offline' | 'online' | 'live';

export interface CameraAvailabilityOptions {
  readonly bus: MessageBus;
  readonly prefix: string;
  readonly device: string;
  readonly offlineDebounceMs?: number;
}

/** Follows what one camera keeps on the broker about itself. */
export class CameraAvailability {
  readonly #options: CameraAvailabilityOptions;
  readonly #listeners = new Set<(availability: Availability) => void>();
  readonly #stateListeners = new Set<(state: DeviceState) => void>();
  #subscriptions: Unsubscribe[] = [];
  #goingOffline: NodeJS.Timeout | undefined;
  #connected = false;
  #status: 'waiting' | 'online' | 'offline' = 'waiting';
  #state: DeviceState | undefined;
  #announced: Availability = 'no broker';

  constructor(options: CameraAvailabilityOptions) {
    this.#options = options;
  }

  get current(): Availability {
    if (!this.#connected) return 'no broker';
    return this.#status === 'online' && this.#state?.streaming ? 'live' : this.#status;
  }

  /** What the camera said last of itself; undefined before it has. */
  get state(): DeviceState | undefined {
    return this.#state;
  }

  open(): void {
    const { bus, prefix, device } = this.#options;
    const topics = deviceTopics(prefix, device);
    this.#subscriptions = [
      bus.subscribe(topics.status, (message) => this.#handleStatus(message)),
      bus.subscribe(topics.state, (message) => this.#handleState(message)),
      bus.onConnectionChange((connected) => this.#handleConnectionChange(connected)),
    ];
  }

  close(): void {
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    this.#subscriptions = [];
    this.#cancelOffline();
    this.#listeners.clear();
    this.#stateListeners.clear();
  }

  /** Called at once with what is known, and then with each change. */
  onChange(handle: (availability: Availability) => void): Unsubscribe {
    this.#listeners.add(handle);
    handle(this.current);
    return () => void this.#listeners.delete(handle);
  }

  /** Called with each state that the camera tells from now on. */
  onState(handle: (state: DeviceState) => void): Unsubscribe {
    this.#stateListeners.add(handle);
    return () => void this.#stateListeners.delete(handle);
  }

  #handleConnectionChange(connected: boolean): void {
    this.#connected = connected;
    if (!connected) {
      this.#cancelOffline();
      this.#status = 'waiting';
      this.#state = undefined;
    }
    this.#announce();
  }

  #handleStatus({ payload }: InboundMessage): void {
    const status = statusSchema.safeParse(payload.toString());
    if (!status.success) return;
    // A client-id takeover shows offline and online in a row; only what stays is believed.
    if (status.data === 'offline' && this.#status === 'online') this.#setOfflineSoon();
    else this.#setStatus(status.data);
  }

  #handleState({ payload }: InboundMessage): void {
    this.#state = readState(payload);
    this.#announce();
    if (!this.#state) return;
    for (const listener of [...this.#stateListeners]) listener(this.#state);
  }

  #setOfflineSoon(): void {
    this.#goingOffline ??= setTimeout(
      () => this.#setStatus('offline'),
      this.#options.offlineDebounceMs ?? OFFLINE_DEBOUNCE_MS,
    );
  }

  #setStatus(status: 'online' | 'offline'): void {
    this.#cancelOffline();
    this.#status = status;
    this.#announce();
  }

  #cancelOffline(): void {
    clearTimeout(this.#goingOffline);
    this.#goingOffline = undefined;
  }

  #announce(): void {
    const availability = this.current;
    if (availability === this.#announced) return;
    this.#announced = availability;
    for (const listener of [...this.#listeners]) listener(availability);
  }
}

function readState(payload: Buffer): DeviceState | undefined {
  try {
    return parseJson(stateSchema, payload, 'state');
  } catch {
    return undefined;
  }
}
