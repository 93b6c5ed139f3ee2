import type { Device } from '../device/device.ts';
import type { Lifetime } from '../foundation/lifetime.ts';
import { scoped, type Logger } from '../foundation/logger.ts';
import type { Configuration } from './configuration-schema.ts';

/**
 * The camera's own numbers by HTTP, where the configuration wants them; HTTP is loaded only then.
 * @throws MetricsServerError
 */
export async function startMetrics(
  { device, metrics }: Configuration,
  camera: Device,
  logger: Logger,
  lifetime: Lifetime,
): Promise<void> {
  if (!metrics) return;
  const { MetricsServer } = await import('../device/telemetry/metrics-server.ts');
  const { writeCameraMetrics } = await import('../foundation/metrics/camera-metrics.ts');
  const server = new MetricsServer({
    ...metrics,
    logger: scoped(logger, 'metrics'),
    text: () => writeCameraMetrics([{ device, info: camera.info, statistics: camera.readStatistics() }]),
  });
  await server.open();
  lifetime.own('the metrics server', () => server.close());
}
