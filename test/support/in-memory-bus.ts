import { CameraError } from '../../contract/errors.ts';
import type { InboundMessage, MessageBus, PublishOptions, Unsubscribe } from '../../contract/message-bus.ts';
import { matchesFilter } from '../../foundation/topic-filter.ts';

interface Handler {
  readonly filter: string;
  readonly handle: (message: InboundMessage) => void;
}

/** A message bus without a broker, for tests that need to hold the broker's every move in their hands. */
export class InMemoryBus implements MessageBus {
  readonly retained = new Map<string, Buffer>();
  readonly published: { readonly topic: string; readonly payload: Buffer }[] = [];
  readonly #handlers = new Set<Handler>();
  readonly #listeners = new Set<(connected: boolean) => void>();
  connected = true;

  publish(topic: string, payload: string | Buffer, options: PublishOptions = {}): Promise<void> {
    if (!this.connected) return Promise.reject(new CameraError('offline', 'The broker is away.'));
    const message = { topic, payload: Buffer.from(payload), retained: false };
    this.published.push(message);
    if (options.retain) this.retained.set(topic, message.payload);
    queueMicrotask(() => this.deliver(message));
    return Promise.resolve();
  }

  /** Hands a message out as it is, as a broker may that is late with what it has kept. */
  deliver(message: InboundMessage): void {
    for (const { filter, handle } of [...this.#handlers])
      if (matchesFilter(filter, message.topic)) handle(message);
  }

  subscribe(filter: string, handle: (message: InboundMessage) => void): Unsubscribe {
    const handler = { filter, handle };
    this.#handlers.add(handler);
    for (const [topic, payload] of this.retained) {
      if (matchesFilter(filter, topic)) queueMicrotask(() => handle({ topic, payload, retained: true }));
    }
    return () => void this.#handlers.delete(handler);
  }

  onConnectionChange(handle: (connected: boolean) => void): Unsubscribe {
    this.#listeners.add(handle);
    queueMicrotask(() => this.connected && handle(true));
    return () => void this.#listeners.delete(handle);
  }

  setConnected(connected: boolean): void {
    this.connected = connected;
    for (const listener of [...this.#listeners]) listener(connected);
  }

  get subscriptionCount(): number {
    return this.#handlers.size;
  }
}
