import type { MessageBus } from '../contract/message-bus.ts';
import type { BrokerSettings } from '../foundation/broker-settings.ts';
import type { Logger } from '../foundation/logger.ts';
import { MqttConnection } from '../foundation/mqtt-connection.ts';
import { SeveralBrokers } from './several-brokers.ts';

export interface BrokerConnectionsOptions {
  readonly brokers: readonly BrokerSettings[];
  /** The broker of this machine's own camera, which whoever runs it says when to connect to. */
  readonly localBrokerUrl: string | undefined;
  readonly prefix: string;
  readonly clientId: string;
  readonly logger: Logger;
}

/** The connections to all brokers whose cameras are shown, and the one bus that they make together. */
export class BrokerConnections {
  readonly bus: MessageBus;
  readonly #others: readonly MqttConnection[];
  readonly #local: MqttConnection | undefined;

  constructor({ brokers, localBrokerUrl, prefix, clientId, logger }: BrokerConnectionsOptions) {
    this.#others = brokers.map((broker) => new MqttConnection({ broker, clientId, logger }));
    this.#local =
      localBrokerUrl === undefined
        ? undefined
        : new MqttConnection({ broker: { url: localBrokerUrl }, clientId, logger: quiet(logger) });
    const [first, ...more] = this.#all;
    this.bus = first && more.length === 0 ? first : new SeveralBrokers(this.#all, prefix);
  }

  /** @throws BrokerSettingsError when a certificate file cannot be read. */
  open(): void {
    for (const connection of this.#others) connection.open();
  }

  openLocal(): void {
    this.#local?.open();
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((connection) => connection.close()));
  }

  get #all(): MqttConnection[] {
    return [...this.#others, ...(this.#local ? [this.#local] : [])];
  }
}

/** Whoever runs the camera tells already that it is away, and why. */
function quiet(logger: Logger): Logger {
  const { debug } = logger;
  return { debug, info: debug, warn: debug, error: logger.error };
}
