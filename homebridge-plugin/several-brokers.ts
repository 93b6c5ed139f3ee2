import { CameraError } from '../contract/errors.ts';
import { MAX_CAMERAS } from '../contract/limits.ts';
import type { InboundMessage, MessageBus, PublishOptions, Unsubscribe } from '../contract/message-bus.ts';
import { deviceTopics, parseTopic } from '../contract/topics.ts';
import { matchesFilter } from '../foundation/topic-filter.ts';

interface Home {
  readonly bus: MessageBus;
  readonly isOnline: boolean;
}

interface Handler {
  readonly filter: string;
  readonly handle: (message: InboundMessage) => void;
}

/**
 * Several brokers as one. Each camera has a home, the broker that it was heard on first; what another says of it counts
 * only when the camera has moved there. While a broker is away its cameras are, which nobody but this can say.
 */
export class SeveralBrokers implements MessageBus {
  readonly #buses: readonly MessageBus[];
  readonly #prefix: string;
  readonly #homes = new Map<string, Home>();
  readonly #handlers = new Set<Handler>();

  constructor(buses: readonly MessageBus[], prefix: string) {
    this.#buses = buses;
    this.#prefix = prefix;
  }

  get connected(): boolean {
    return this.#buses.some(({ connected }) => connected);
  }

  async publish(topic: string, payload: string | Buffer, options?: PublishOptions): Promise<void> {
    const home = this.#homes.get(this.#deviceOf(topic) ?? '');
    const buses = home ? [home.bus] : this.#buses.filter(({ connected }) => connected);
    if (buses.length === 0) throw new CameraError('offline', 'No MQTT broker is connected.');
    await Promise.all(buses.map((bus) => bus.publish(topic, payload, options)));
  }

  subscribe(filter: string, handle: (message: InboundMessage) => void): Unsubscribe {
    const handler: Handler = { filter, handle };
    this.#handlers.add(handler);
    const ends = this.#buses.map((bus) =>
      bus.subscribe(filter, (message) => {
        if (this.#isFromHome(bus, message)) handle(message);
      }),
    );
    return () => {
      this.#handlers.delete(handler);
      for (const end of ends) end();
    };
  }

  /** `true` with each broker that comes, because whoever greets the cameras has to do so on that one too. */
  onConnectionChange(handle: (connected: boolean) => void): Unsubscribe {
    const ends = this.#buses.map((bus) =>
      bus.onConnectionChange((connected) => {
        if (connected) handle(true);
        else this.#handleAway(bus, handle);
      }),
    );
    return () => {
      for (const end of ends) end();
    };
  }

  #handleAway(bus: MessageBus, handle: (connected: boolean) => void): void {
    for (const [device, home] of this.#homes) if (home.bus === bus) this.#tellOffline(device, home);
    if (!this.connected) handle(false);
  }

  #tellOffline(device: string, { bus }: Home): void {
    this.#homes.set(device, { bus, isOnline: false });
    const { status: topic } = deviceTopics(this.#prefix, device);
    const message: InboundMessage = { topic, payload: Buffer.from('offline'), retained: false };
    for (const { filter, handle } of [...this.#handlers]) if (matchesFilter(filter, topic)) handle(message);
  }

  #isFromHome(bus: MessageBus, { topic, payload }: InboundMessage): boolean {
    const parsed = parseTopic(this.#prefix, topic);
    if (!parsed || parsed.kind === 'hello') return true;
    const { device, kind } = parsed;
    const says = kind === 'status' ? payload.toString() : undefined;
    const home = this.#homes.get(device);
    if (!home && this.#homes.size >= MAX_CAMERAS) return false;
    const hasMoved = home?.bus !== bus && home?.isOnline === false && says === 'online';
    if (!home || hasMoved) {
      this.#homes.set(device, { bus, isOnline: says !== 'offline' });
      return true;
    }
    if (home.bus !== bus) return false;
    if (says !== undefined) this.#homes.set(device, { bus, isOnline: says === 'online' });
    return true;
  }

  #deviceOf(topic: string): string | undefined {
    const parsed = parseTopic(this.#prefix, topic);
    return parsed && parsed.kind !== 'hello' ? parsed.device : undefined;
  }
}
