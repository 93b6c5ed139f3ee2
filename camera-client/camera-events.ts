import { eventSchema, type DeviceEvent } from '../contract/device-messages.ts';
import { parseJson } from '../contract/envelopes.ts';
import { MAX_JSON_BYTES } from '../contract/limits.ts';
import type { InboundMessage, MessageBus, Unsubscribe } from '../contract/message-bus.ts';
import { fleetTopics, parseTopic } from '../contract/topics.ts';

/** A broker may hand out an event twice (QoS 1), but soon after the first time. */
const REMEMBERED_IDS = 256;

export interface CameraEventsOptions {
  readonly bus: MessageBus;
  readonly prefix: string;
}

/** What the cameras of a prefix tell as it happens, each event once. What a broker has kept is of the past and left out. */
export class CameraEvents {
  readonly #options: CameraEventsOptions;
  readonly #listeners = new Map<string, Set<(event: DeviceEvent) => void>>();
  readonly #seen = new Set<string>();
  #unsubscribe: Unsubscribe | undefined;

  constructor(options: CameraEventsOptions) {
    this.#options = options;
  }

  open(): void {
    const { bus, prefix } = this.#options;
    this.#unsubscribe ??= bus.subscribe(fleetTopics(prefix).everyEvent, (message) => this.#handle(message));
  }

  close(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#listeners.clear();
  }

  onEvent(device: string, handle: (event: DeviceEvent) => void): Unsubscribe {
    const listeners = this.#listeners.get(device) ?? new Set();
    this.#listeners.set(device, listeners.add(handle));
    return () => {
      listeners.delete(handle);
      if (listeners.size === 0 && this.#listeners.get(device) === listeners) this.#listeners.delete(device);
    };
  }

  #handle({ topic, payload, retained }: InboundMessage): void {
    const parsed = parseTopic(this.#options.prefix, topic);
    if (retained || parsed?.kind !== 'event' || payload.length > MAX_JSON_BYTES) return;
    const listeners = this.#listeners.get(parsed.device);
    const event = listeners && readEvent(payload);
    if (!event || event.kind !== parsed.event || this.#isRepeated(`${parsed.device} ${event.id}`)) return;
    for (const listener of [...listeners]) listener(event);
  }

  #isRepeated(id: string): boolean {
    if (this.#seen.has(id)) return true;
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > REMEMBERED_IDS && oldest !== undefined) this.#seen.delete(oldest);
    return false;
  }
}

/** Anything may be published below the prefix; what is not of the contract is nobody's event. */
function readEvent(payload: Buffer): DeviceEvent | undefined {
  try {
    return parseJson(eventSchema, payload, 'event');
  } catch {
    return undefined;
  }
}
