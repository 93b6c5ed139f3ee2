import type { MessageBus, Unsubscribe } from '../../contract/message-bus.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';
import type { HomeAssistantSettings } from '../device-configuration.ts';
import type { AnnouncedTopic } from './announced-topic.ts';
import { type DiscoveredDevice, discoveryMessage, discoveryTopic } from './discovery-message.ts';

export interface HomeAssistantOptions {
  readonly bus: MessageBus;
  readonly settings: HomeAssistantSettings;
  readonly device: DiscoveredDevice;
  readonly announced: AnnouncedTopic;
  readonly logger: Logger;
}

/**
 * Keeps the camera announced to Home Assistant by MQTT discovery; switched off, it takes away what it once announced, and
 * otherwise touches no topic there: the broker may not allow it.
 */
export class HomeAssistant {
  readonly #options: HomeAssistantOptions;
  #ends: Unsubscribe[] = [];

  constructor(options: HomeAssistantOptions) {
    this.#options = options;
  }

  open(): void {
    const { bus, settings } = this.#options;
    this.#ends = [bus.onConnectionChange((connected) => void (connected && this.#update()))];
    if (!settings.discovery) return;
    const end = bus.subscribe(`${settings.prefix}/status`, ({ payload }) => {
      if (payload.toString() === 'online') void this.#update();
    });
    this.#ends.push(end);
  }

  close(): void {
    for (const end of this.#ends) end();
  }

  /** Never rejects: it is done again after the next connect. */
  async #update(): Promise<void> {
    const { bus, settings, device, announced, logger } = this.#options;
    const topic = settings.discovery ? discoveryTopic(settings.prefix, device) : undefined;
    try {
      const before = await announced.read();
      if (before !== undefined && before !== topic) await bus.publish(before, '', { retain: true });
      if (topic === undefined) {
        await announced.forget();
        return;
      }
      if (before !== topic) await announced.write(topic);
      await bus.publish(topic, discoveryMessage(device), { retain: true });
    } catch (error) {
      logger.warn(`Home Assistant could not be told about the camera: ${describeError(error)}`);
    }
  }
}
