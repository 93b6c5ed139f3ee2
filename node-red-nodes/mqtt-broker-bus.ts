import { CameraError } from '../contract/errors.ts';
import type { InboundMessage, MessageBus, PublishOptions, Unsubscribe } from '../contract/message-bus.ts';

const PUBLISH_TIMEOUT_MS = 5_000;

/** The part of Node-RED's own `mqtt-broker` config node that is used here. */
export interface MqttBrokerNode {
  readonly connected: boolean;
  register(user: BrokerUser): void;
  deregister(user: BrokerUser, done: () => void, disconnectWhenUnused: boolean): void;
  subscribe(topic: string, options: { qos: 0 | 1 }, handle: BrokerMessageHandler, ref: string): void;
  unsubscribe(topic: string, ref: string, forGood: boolean): void;
  /** Drops the message and never calls back while the broker is away. */
  publish(message: BrokerMessage, done: (error?: unknown) => void): void;
}

/** What the broker node keeps of everyone who uses it. */
export interface BrokerUser {
  readonly id: string;
  /** Called with every change of the connection. */
  status(): void;
  readonly _flow: { handleError(): boolean; handleStatus(): boolean };
}

type BrokerMessageHandler = (topic: string, payload: Buffer, packet?: { retain?: boolean }) => void;
type BrokerMessage = {
  readonly topic: string;
  readonly payload: string | Buffer;
  readonly qos: 0 | 1;
  readonly retain: boolean;
};

/** Lends a flow's broker connection to the contract. Opened once and closed once, with the config node that owns it. */
export class MqttBrokerBus implements MessageBus {
  readonly #broker: MqttBrokerNode;
  readonly #user: BrokerUser;
  readonly #subscriptions = new Set<Unsubscribe>();
  readonly #listeners = new Set<(connected: boolean) => void>();
  #announced = false;
  #subscribed = 0;

  /** `id` must be unique among the users of the broker node. */
  constructor(broker: MqttBrokerNode, id: string) {
    this.#broker = broker;
    // The node that uses the bus must not be registered itself: the broker node would overwrite its status, and hands
    // what befalls a config node back to the config node's users, without end when the user is one itself.
    this.#user = {
      id,
      status: () => queueMicrotask(() => this.#announce()),
      _flow: { handleError: () => false, handleStatus: () => false },
    };
  }

  get connected(): boolean {
    return this.#broker.connected;
  }

  open(): void {
    this.#broker.register(this.#user);
    queueMicrotask(() => this.#announce());
  }

  /** `done` is called when the broker node has let go. `removed`: the owner is gone for good and not only restarted. */
  close(removed: boolean, done: () => void): void {
    this.#listeners.clear();
    for (const unsubscribe of [...this.#subscriptions]) unsubscribe();
    this.#broker.deregister(this.#user, done, removed);
  }

  async publish(topic: string, payload: string | Buffer, options: PublishOptions = {}): Promise<void> {
    if (!this.connected) throw offline();
    const { qos = 1, retain = false } = options;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(offline()), PUBLISH_TIMEOUT_MS);
      this.#broker.publish({ topic, payload, qos, retain }, (error) => {
        clearTimeout(timer);
        if (error) reject(offline(error));
        else resolve();
      });
    });
  }

  subscribe(filter: string, handle: (message: InboundMessage) => void): Unsubscribe {
    this.#subscribed += 1;
    const ref = `${this.#user.id}-${this.#subscribed}`;
    this.#broker.subscribe(
      filter,
      { qos: 1 },
      (topic, payload, packet) => handle({ topic, payload, retained: packet?.retain === true }),
      ref,
    );
    const unsubscribe = () => {
      if (this.#subscriptions.delete(unsubscribe)) this.#broker.unsubscribe(filter, ref, true);
    };
    this.#subscriptions.add(unsubscribe);
    return unsubscribe;
  }

  onConnectionChange(handle: (connected: boolean) => void): Unsubscribe {
    this.#listeners.add(handle);
    queueMicrotask(() => {
      if (this.#announced && this.#listeners.has(handle)) handle(true);
    });
    return () => void this.#listeners.delete(handle);
  }

  #announce(): void {
    if (this.#announced === this.connected) return;
    this.#announced = this.connected;
    for (const listener of [...this.#listeners]) listener(this.#announced);
  }
}

function offline(cause?: unknown): CameraError {
  const message =
    "The MQTT broker of this flow is not connected; check the broker's address in the camera's configuration and that the broker runs.";
  return new CameraError('offline', message, { cause });
}
