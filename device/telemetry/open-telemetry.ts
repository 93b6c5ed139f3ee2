import type { DevicePart } from '../device-part.ts';
import type { Camera } from '../open-camera.ts';
import type { Status } from '../status/open-status.ts';
import { Telemetry } from './telemetry.ts';

/** Everything that is counted and measured can be read from now on. */
export function openTelemetry(
  { lifetime, tally }: DevicePart,
  { sessions }: Camera,
  { currentState, healthWatch }: Status,
): Telemetry {
  const telemetry = new Telemetry({
    tally,
    currentState,
    health: healthWatch,
    viewers: () => sessions.statistics,
  });
  lifetime.own('the telemetry', () => telemetry.close());
  return telemetry;
}
