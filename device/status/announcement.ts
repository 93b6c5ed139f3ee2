import type { DeviceInfo, DeviceState } from '../../contract/device-messages.ts';
import type { InboundMessage, MessageBus, Unsubscribe } from '../../contract/message-bus.ts';
import { deviceTopics } from '../../contract/topics.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';
import { StatePublisher } from './state-publisher.ts';

/** Two devices with one id would otherwise answer each other without a pause. */
const REPAIR_PAUSE_MS = 500;
const GOODBYE_TIMEOUT_MS = 1_000;

export interface AnnouncementOptions {
  readonly bus: MessageBus;
  readonly prefix: string;
  readonly device: string;
  readonly info: DeviceInfo;
  readonly currentState: () => DeviceState;
  readonly logger: Logger;
  /** Called when the broker has confirmed, after every connect, that this device is online and reads its requests. */
  readonly handleOnline?: (() => void) | undefined;
}

/** The connection's last will. */
export function offlineWill(prefix: string, device: string) {
  return { topic: deviceTopics(prefix, device).status, payload: 'offline' };
}

/** Off means now, for everybody who shows the camera. */
function published(state: DeviceState) {
  return { text: JSON.stringify({ ...state, up: 0 }), urgent: state.enabled };
}

/** Keeps status, info and state on the broker, also on one that has forgotten them or was told that this device is gone. */
export class Announcement {
  readonly #options: AnnouncementOptions;
  readonly #topics: ReturnType<typeof deviceTopics>;
  readonly #state: StatePublisher;
  #ends: Unsubscribe[] = [];
  #repairTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: AnnouncementOptions) {
    this.#options = options;
    this.#topics = deviceTopics(options.prefix, options.device);
    this.#state = new StatePublisher(
      () => published(options.currentState()),
      () => this.#publishRetained(this.#topics.state, JSON.stringify(options.currentState())),
    );
  }

  open(): void {
    const { bus } = this.#options;
    this.#ends = [
      bus.subscribe(this.#topics.status, (message) => this.#handleStatus(message)),
      bus.onConnectionChange((connected) => {
        if (connected) void this.#publishAll();
      }),
    ];
  }

  handleStateChange(): void {
    if (this.#options.bus.connected && !this.#isClosed) this.#state.handleChange();
  }

  /** Says goodbye, because a connection that is closed in order sends no last will. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const end of this.#ends) end();
    clearTimeout(this.#repairTimer);
    this.#state.close();
    if (!this.#options.bus.connected) return;
    const tooLate = new Promise<void>((resolve) => {
      this.#repairTimer = setTimeout(resolve, GOODBYE_TIMEOUT_MS);
    });
    // What is still closing has nothing more to tell: nobody watches a camera that is gone.
    const last: DeviceState = { ...this.#options.currentState(), streaming: false, viewers: 0 };
    const goodbye = Promise.all([
      this.#publish(this.#topics.state, JSON.stringify(last)),
      this.#publish(this.#topics.status, 'offline'),
    ]);
    await Promise.race([goodbye, tooLate]);
    clearTimeout(this.#repairTimer);
  }

  /** Never rejects. */
  async #publishAll(): Promise<void> {
    this.#publishRetained(this.#topics.info, JSON.stringify(this.#options.info));
    this.#state.republish();
    if (await this.#publish(this.#topics.status, 'online')) this.#options.handleOnline?.();
  }

  /** The will of an earlier connection may come after this one is up. */
  #handleStatus({ payload }: InboundMessage): void {
    if (payload.toString() === 'online' || this.#repairTimer) return;
    this.#repairTimer = setTimeout(() => {
      this.#repairTimer = undefined;
      if (this.#options.bus.connected) this.#publishRetained(this.#topics.status, 'online');
    }, REPAIR_PAUSE_MS);
  }

  #publishRetained(topic: string, payload: string): void {
    void this.#publish(topic, payload);
  }

  /** Never rejects: everything is published again after the next connect. */
  async #publish(topic: string, payload: string): Promise<boolean> {
    try {
      await this.#options.bus.publish(topic, payload, { retain: true });
      return true;
    } catch (error) {
      this.#options.logger.debug(`${topic} could not be published: ${describeError(error)}`);
      return false;
    }
  }
}
