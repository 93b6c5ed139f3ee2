import type { BrokerSettings } from '../foundation/broker-settings.ts';
import type { Lifetime } from '../foundation/lifetime.ts';
import type { Logger } from '../foundation/logger.ts';
import { loadOptionalPart } from '../foundation/optional-part.ts';
import type { Configuration } from './configuration-schema.ts';

/**
 * The configured broker; without one the embedded one is started.
 * @throws EmbeddedBrokerError
 */
export async function startBroker(
  { broker, embeddedBroker }: Configuration,
  logger: Logger,
  lifetime: Lifetime,
): Promise<BrokerSettings> {
  if (broker) return broker;
  const { EmbeddedBroker } = await loadOptionalPart(
    'The embedded broker',
    () => import('../device/broker/embedded-broker.ts'),
  );
  const embedded = new EmbeddedBroker({ ...embeddedBroker, logger });
  await embedded.open();
  lifetime.own('the embedded broker', () => embedded.close());
  return { url: embedded.url, ...embeddedBroker.users[0] };
}
