import { EmbeddedBroker } from '../../device/broker/embedded-broker.ts';
import { silentLogger } from '../../foundation/logger.ts';
import type { TestBroker } from './mosquitto.ts';

/** The product's own broker on loopback, in this process. `port` lets one come back where it was. */
export async function startEmbeddedBroker(options: { readonly port?: number } = {}): Promise<TestBroker> {
  const broker = new EmbeddedBroker({ host: '127.0.0.1', port: options.port ?? 0, logger: silentLogger });
  await broker.open();
  return { url: broker.url, port: broker.port, stop: () => broker.close() };
}
