import type { BrokerSettings } from '../foundation/broker-settings.ts';
import type { Lifetime } from '../foundation/lifetime.ts';
import type { Logger } from '../foundation/logger.ts';
import { loadOptionalPart } from '../foundation/optional-part.ts';
import { brokerOfThisMachine } from './broker-of-this-machine.ts';
import type { Configuration } from './configuration-schema.ts';

export type Part = 'device' | 'web';

/**
 * Starts what a command is made of. Each part is loaded when it is wanted only: a camera needs no web server's memory.
 * @throws when a part cannot start; what was started before is the lifetime's.
 */
export async function startParts(
  parts: readonly Part[],
  configuration: Configuration,
  logger: Logger,
  lifetime: Lifetime,
): Promise<void> {
  const broker = await brokerFor(parts, configuration, logger, lifetime);
  if (parts.includes('device')) {
    const { startDevice } = await import('./start-device.ts');
    await startDevice(configuration, broker, logger, lifetime);
  }
  if (parts.includes('web')) {
    const { startWeb } = await loadOptionalPart('The web page', () => import('./start-web.ts'));
    await startWeb(configuration, broker, logger, lifetime);
  }
}

async function brokerFor(
  parts: readonly Part[],
  configuration: Configuration,
  logger: Logger,
  lifetime: Lifetime,
): Promise<BrokerSettings> {
  if (!parts.includes('device')) return brokerOfThisMachine(configuration);
  const { startBroker } = await import('./start-broker.ts');
  return await startBroker(configuration, logger, lifetime);
}
