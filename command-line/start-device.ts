import { openDevice } from '../device/device.ts';
import { offlineWill } from '../device/status/announcement.ts';
import { redactedUrl, type BrokerSettings } from '../foundation/broker-settings.ts';
import type { Lifetime } from '../foundation/lifetime.ts';
import { scoped, type Logger } from '../foundation/logger.ts';
import { MqttConnection } from '../foundation/mqtt-connection.ts';
import type { Configuration } from './configuration-schema.ts';
import { tidyHeap } from './lean-heap.ts';
import { startMetrics } from './start-metrics.ts';

/** The camera on its broker; returns when it has been started, even if the broker is away. */
export async function startDevice(
  configuration: Configuration,
  broker: BrokerSettings,
  logger: Logger,
  lifetime: Lifetime,
): Promise<void> {
  const { prefix, device, name = device } = configuration;
  const bus = new MqttConnection({
    broker,
    clientId: `${prefix.replaceAll('/', '-')}-${device}`,
    will: offlineWill(prefix, device),
    logger: scoped(logger, 'mqtt'),
  });
  lifetime.own("the camera's broker connection", () => bus.close());
  const opened = await openDevice({
    configuration: { ...configuration, name },
    bus,
    logger,
    handleOnline: () => logger.info(`camera "${device}" is ready (broker ${redactedUrl(broker.url)})`),
    handleRest: tidyHeap,
  });
  lifetime.own('the camera', () => opened.close());
  await startMetrics(configuration, opened, logger, lifetime);
  bus.open();
}
