import type { DeviceInfo } from '../../contract/device-messages.ts';
import type { DeviceStatistics } from '../../contract/device-statistics.ts';
import { MACHINE_METRICS } from './machine-metrics.ts';
import { gauge, type MetricFamily, type Subject, writeMetrics } from './metrics-text.ts';
import { STREAM_METRICS } from './stream-metrics.ts';

/** One camera, to be asked for its numbers; without `statistics` it did not answer. */
export interface MeasuredCamera {
  readonly device: string;
  readonly info: DeviceInfo | undefined;
  readonly statistics: DeviceStatistics | undefined;
}

/** The numbers of all these cameras, each with its id as the label `camera`. */
export function writeCameraMetrics(cameras: readonly MeasuredCamera[]): string {
  const all = cameras.map((camera) => ({ labels: { camera: camera.device }, of: camera }));
  const answered = all.flatMap(({ labels, of }): Subject<DeviceStatistics>[] =>
    of.statistics ? [{ labels, of: of.statistics }] : [],
  );
  return writeMetrics(PRESENCE, all) + writeMetrics([...STREAM_METRICS, ...MACHINE_METRICS], answered);
}

const PRESENCE: readonly MetricFamily<MeasuredCamera>[] = [
  gauge('picam_up', 'Whether the camera answers.', ({ statistics }) => statistics !== undefined),
  gauge(
    'picam_camera_info',
    'What the camera says of itself; always 1.',
    ({ info }) => info && [{ value: 1, labels: { name: info.name, model: info.model, version: info.sw } }],
  ),
];
