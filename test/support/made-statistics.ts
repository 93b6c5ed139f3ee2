import { deviceStatisticsSchema, type DeviceStatistics } from '../../contract/device-statistics.ts';

const DELAY = { count: 0, sumMs: 0, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null };

/** What a camera at rest tells, but for `changes`. */
export function madeStatistics(changes: Partial<DeviceStatistics> = {}): DeviceStatistics {
  const calm = { motion: false, recording: false, health: 'ok' as const, error: null };
  return deviceStatisticsSchema.parse({
    upS: 1,
    state: { ...calm, boot: 'boot-1', up: 1, timeSync: true, enabled: true, streaming: false, viewers: 0 },
    healthReasons: [],
    source: { starts: 0, restarts: 0, failures: 0 },
    video: { pictures: 0, keyframes: 0, bytes: 0 },
    keyframeRequests: { asked: 0, passed: 0 },
    views: { accepted: 0, connected: 0, refused: 0 },
    viewers: [],
    droppedPictures: { slowViewer: 0, pacing: 0 },
    sent: { packets: 0, bytes: 0, packetsAskedAgain: 0, packetsSentAgain: 0 },
    snapshots: { taken: 0, failed: 0 },
    recordings: { begun: 0, failed: 0 },
    delays: { ready: DELAY, sent: DELAY, total: DELAY },
    process: { cpuS: 0, residentBytes: 0, heapUsedBytes: 0, eventLoopDelay: null },
    machine: {},
    ...changes,
  });
}
