import type { KnownCamera } from '../../../camera-client/camera-directory.ts';
import { counter, gauge, type MetricFamily, writeMetrics } from '../../../foundation/metrics/metrics-text.ts';
import type { SnapshotCounts } from '../snapshot-cache.ts';
import type { ViewCounts } from '../views.ts';
import type { RequestCount } from './request-counts.ts';

const MICROSECONDS_PER_SECOND = 1_000_000;

/** What the web server knows of itself. */
export interface WebStatistics {
  readonly isBrokerConnected: boolean;
  readonly cameras: readonly KnownCamera[];
  readonly requests: readonly RequestCount[];
  readonly views: ViewCounts;
  readonly snapshots: SnapshotCounts;
}

export function writeWebMetrics(statistics: WebStatistics): string {
  return writeMetrics(WEB_METRICS, [{ labels: {}, of: statistics }]);
}

const WEB_METRICS: readonly MetricFamily<WebStatistics>[] = [
  gauge(
    'picam_web_broker_connected',
    'Whether the web server reaches the MQTT broker.',
    ({ isBrokerConnected }) => isBrokerConnected,
  ),
  gauge('picam_web_cameras', 'Cameras found on the broker.', ({ cameras }) => {
    const online = cameras.filter((camera) => camera.online).length;
    return [
      { value: online, labels: { state: 'online' } },
      { value: cameras.length - online, labels: { state: 'offline' } },
    ];
  }),
  counter('picam_web_http_requests_total', 'HTTP requests answered.', ({ requests }) =>
    requests.map(({ method, route, status, count }) => ({
      value: count,
      labels: { method, route, status: String(status) },
    })),
  ),
  counter('picam_web_views_begun_total', 'Views arranged with cameras.', ({ views }) => views.begun),
  counter('picam_web_views_ended_total', 'Views that their viewers ended.', ({ views }) => views.ended),
  counter('picam_web_snapshots_total', 'Snapshots asked for, by where they came from.', ({ snapshots }) => [
    { value: snapshots.fromCache, labels: { from: 'cache' } },
    { value: snapshots.fromCamera, labels: { from: 'camera' } },
  ]),
  counter('picam_web_process_cpu_seconds_total', 'Processor time of the web server.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / MICROSECONDS_PER_SECOND;
  }),
  gauge('picam_web_process_resident_memory_bytes', 'Memory that the web server holds.', () =>
    process.memoryUsage.rss(),
  ),
  gauge('picam_web_uptime_seconds', 'Since the web server started.', () => process.uptime()),
];
