import type { Device } from '../device/device.ts';
import { MetricsServer } from '../device/telemetry/metrics-server.ts';
import type { Lifetime } from '../foundation/lifetime.ts';
import { scoped, type Logger } from '../foundation/logger.ts';
import { writeCameraMetrics } from '../foundation/metrics/camera-metrics.ts';
import type { Configuration } from './configuration-schema.ts';

/**
 * The camera's own numbers by HTTP, where the configuration wants them.
 * @throws MetricsServerError
 */
export async function startMetrics(
  { device, metrics }: Configuration,
  camera: Device,
  logger: Logger,
  lifetime: Lifetime,
): Promise<void> {
  if (!metrics) return;
  const server = new MetricsServer({
    ...metrics,
    logger: scoped(logger, 'metrics'),
    text: () => writeCameraMetrics([{ device, info: camera.info, statistics: camera.readStatistics() }]),
  });
  await server.open();
  lifetime.own('the metrics server', () => server.close());
}
