import { randomIdentifier } from '../../foundation/identifiers.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { MqttConnection } from '../../foundation/mqtt-connection.ts';
import { waitUntil } from './wait-until.ts';

/** A connection to the broker at `url` that is up. End it with `close()`. */
export async function connectBus(url: string): Promise<MqttConnection> {
  const bus = new MqttConnection({
    broker: { url },
    clientId: `test-${randomIdentifier()}`,
    logger: silentLogger,
  });
  bus.open();
  try {
    await waitUntil(`a connection to ${url}`, () => bus.connected);
  } catch (error) {
    await bus.close();
    throw error;
  }
  return bus;
}
