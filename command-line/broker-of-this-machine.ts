import type { BrokerSettings } from '../foundation/broker-settings.ts';
import { hostInUrl } from '../foundation/loopback.ts';
import type { Configuration } from './configuration-schema.ts';

/** Where a program that is no camera finds the broker: the configured one, else what plain `picam` has on this machine. */
export function brokerOfThisMachine({ broker, embeddedBroker }: Configuration): BrokerSettings {
  return (
    broker ?? {
      url: `mqtt://${hostInUrl(embeddedBroker.host)}:${embeddedBroker.port}`,
      ...embeddedBroker.users[0],
    }
  );
}
