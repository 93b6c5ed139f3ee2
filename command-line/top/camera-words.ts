import type { DeviceStatistics } from '../../contract/device-statistics.ts';
import type { CameraReading } from './fleet-watch.ts';

/** How a camera is, in one word of at most eight letters; what is wrong comes before what it does. */
export function stateWord(reading: CameraReading): string {
  if (reading.kind === 'offline') return 'offline';
  if (reading.kind === 'failed') return 'silent';
  const { enabled, health, streaming, viewers } = reading.statistics.state;
  if (!enabled) return 'private';
  if (health !== 'ok') return health;
  if (!streaming) return 'idle';
  return viewers > 0 ? 'live' : 'running';
}

/** What somebody should do something about, in words. */
export function complaints(reading: CameraReading): readonly string[] {
  if (reading.kind === 'failed') return [reading.error.message];
  return reading.kind === 'answered' ? reading.statistics.healthReasons : [];
}

/** Milliseconds to the viewer that is furthest away. */
export function longestRoundTripMs({ viewers }: DeviceStatistics): number | undefined {
  const told = viewers.flatMap(({ roundTripMs }) => roundTripMs ?? []);
  return told.length === 0 ? undefined : Math.max(...told);
}

export function allDropped({ droppedPictures }: DeviceStatistics): number {
  return droppedPictures.slowViewer + droppedPictures.pacing;
}
