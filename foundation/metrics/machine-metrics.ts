import type { DeviceStatistics } from '../../contract/device-statistics.ts';
import type { ThrottlingFlags } from '../../contract/machine-readings.ts';
import { counter, gauge, type MetricFamily, type Sample } from './metrics-text.ts';

const CONDITIONS: Readonly<Record<keyof ThrottlingFlags, string>> = {
  underVoltage: 'under_voltage',
  frequencyCapped: 'frequency_capped',
  throttled: 'throttled',
  softTemperatureLimit: 'soft_temperature_limit',
};

/** The camera's daemon, and the machine it runs on. */
export const MACHINE_METRICS: readonly MetricFamily<DeviceStatistics>[] = [
  counter(
    'picam_process_cpu_seconds_total',
    'Processor time of the daemon, without its encoder.',
    (device) => device.process.cpuS,
  ),
  gauge(
    'picam_process_resident_memory_bytes',
    'Memory that the daemon holds.',
    (device) => device.process.residentBytes,
  ),
  gauge(
    'picam_process_heap_used_bytes',
    "What its JavaScript objects take of the daemon's memory.",
    (device) => device.process.heapUsedBytes,
  ),
  gauge(
    'picam_event_loop_delay_seconds',
    "By how much the daemon's event loop was late during the last minute.",
    (device) => eventLoopSamples(device.process.eventLoopDelay),
  ),
  gauge(
    'picam_machine_load1',
    'Busy or waiting programs, over one minute.',
    ({ machine }) => machine.cpu?.load[0],
  ),
  gauge('picam_machine_cores', 'Processor cores.', ({ machine }) => machine.cpu?.cores),
  gauge(
    'picam_machine_memory_available_bytes',
    'Memory that programs can still have.',
    ({ machine }) => machine.memory?.availableBytes,
  ),
  gauge('picam_machine_memory_bytes', 'All memory there is.', ({ machine }) => machine.memory?.totalBytes),
  gauge(
    'picam_machine_disk_free_bytes',
    'Free space on the disk where the camera keeps its files.',
    ({ machine }) => machine.disk?.freeBytes,
  ),
  gauge('picam_machine_temperature_celsius', "The processor's.", ({ machine }) => machine.temperatureC),
  gauge(
    'picam_machine_throttling',
    'What the firmware holds against the conditions at present.',
    ({ machine }) => machine.throttling && throttlingSamples(machine.throttling.now),
  ),
  gauge('picam_machine_battery_ratio', 'Charge of its battery.', ({ machine }) =>
    machine.battery ? machine.battery.percent / 100 : undefined,
  ),
];

function eventLoopSamples(delay: DeviceStatistics['process']['eventLoopDelay']): Sample[] | undefined {
  if (!delay) return undefined;
  const { p50Ms, p99Ms, maxMs } = delay;
  return [
    { value: p50Ms / 1_000, labels: { statistic: 'p50' } },
    { value: p99Ms / 1_000, labels: { statistic: 'p99' } },
    { value: maxMs / 1_000, labels: { statistic: 'max' } },
  ];
}

function throttlingSamples(flags: ThrottlingFlags): Sample[] {
  return (Object.keys(CONDITIONS) as (keyof ThrottlingFlags)[]).map((flag) => ({
    value: Number(flags[flag]),
    labels: { condition: CONDITIONS[flag] },
  }));
}
