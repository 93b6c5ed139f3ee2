import type { MachineReadings } from '../../contract/machine-readings.ts';

/** A Pi slows itself down at 80 °C (soft limit) to 85 °C. */
const HOT_C = 80;
const LITTLE_DISK_BYTES = 200 * 1024 * 1024;
const LITTLE_MEMORY_BYTES = 32 * 1024 * 1024;
const LITTLE_BATTERY_PERCENT = 15;

export interface HealthVerdict {
  readonly health: 'ok' | 'degraded' | 'failed';
  /** What is wrong and what to do, worst first; empty when all is well. */
  readonly reasons: readonly string[];
}

/** What the readings of a machine, the failure of its camera, and of something else that it does, mean. */
export function judgeHealth(
  readings: MachineReadings,
  cameraFailure: string | undefined,
  otherFailure?: string,
): HealthVerdict {
  const complaints = [...(otherFailure === undefined ? [] : [otherFailure]), ...complaintsAbout(readings)];
  if (cameraFailure !== undefined) return { health: 'failed', reasons: [cameraFailure, ...complaints] };
  return { health: complaints.length > 0 ? 'degraded' : 'ok', reasons: complaints };
}

function complaintsAbout(readings: MachineReadings): string[] {
  const { throttling, temperatureC, disk, memory, battery } = readings;
  return [
    when(
      throttling?.now.underVoltage,
      'the supply voltage is too low: use a stronger power supply or a shorter cable',
    ),
    when(throttling?.now.throttled, 'the processor is slowed down by heat or low voltage'),
    when(isAbove(temperatureC, HOT_C), `the processor has more than ${HOT_C} °C: give it air or a heat sink`),
    when(isBelow(disk?.freeBytes, LITTLE_DISK_BYTES), 'the disk is nearly full: remove what is not needed'),
    when(
      isBelow(memory?.availableBytes, LITTLE_MEMORY_BYTES),
      'memory is nearly used up: end other programs',
    ),
    when(
      isBelow(battery?.percent, LITTLE_BATTERY_PERCENT) && battery?.charging === false,
      `the battery has less than ${LITTLE_BATTERY_PERCENT} %`,
    ),
  ].flat();
}

function when(isSo: boolean | undefined, complaint: string): string[] {
  return isSo === true ? [complaint] : [];
}

function isAbove(value: number | undefined, limit: number): boolean {
  return value !== undefined && value > limit;
}

function isBelow(value: number | undefined, limit: number): boolean {
  return value !== undefined && value < limit;
}
