import { readFile, statfs } from 'node:fs/promises';
import { availableParallelism, loadavg, platform, totalmem, uptime } from 'node:os';
import { dirname } from 'node:path';
import type { MachineReadings } from '../../contract/machine-readings.ts';
import { readBattery } from './battery.ts';
import { Pijuice } from './pijuice/pijuice.ts';
import { readThrottling } from './throttling.ts';

const PROCESSOR_TEMPERATURE = '/sys/class/thermal/thermal_zone0/temp';
const MILLI = 1000;

/**
 * Asks the machine how it is; never rejects, and leaves out what it does not tell.
 *
 * @param folder where files are kept.
 * @param pijuice asked where the kernel knows no battery.
 */
export async function readMachine(folder: string, pijuice = new Pijuice()): Promise<MachineReadings> {
  const [disk, temperatureC, throttling, battery, memory] = await Promise.all([
    readDisk(folder),
    readTemperature(),
    readThrottling(),
    readBattery().then((battery) => battery ?? pijuice.read()),
    readMemory(),
  ]);
  return {
    ...(platform() !== 'win32' && { cpu: readProcessor() }),
    ...(memory && { memory }),
    ...(disk && { disk }),
    ...(temperatureC !== undefined && { temperatureC }),
    ...(throttling && { throttling }),
    ...(battery && { battery }),
    machineUpS: Math.round(uptime()),
  };
}

function readProcessor(): NonNullable<MachineReadings['cpu']> {
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  return { load: [rounded(one), rounded(five), rounded(fifteen)], cores: availableParallelism() };
}

/** Node's free memory leaves out the page cache, which programs can have. */
async function readMemory(): Promise<MachineReadings['memory']> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const [, kilobytes] = /^MemAvailable:\s+(\d+) kB$/mu.exec(text) ?? [];
  if (kilobytes === undefined) return undefined;
  return {
    totalBytes: totalmem(),
    availableBytes: Number(kilobytes) * 1024,
    daemonBytes: process.memoryUsage.rss(),
  };
}

/** The folder may not have been made yet; then the one above tells of the same disk. */
async function readDisk(folder: string): Promise<MachineReadings['disk']> {
  try {
    const { bsize, blocks, bavail } = await statfs(folder);
    return { totalBytes: bsize * blocks, freeBytes: bsize * bavail };
  } catch {
    const above = dirname(folder);
    return above === folder ? undefined : await readDisk(above);
  }
}

async function readTemperature(): Promise<number | undefined> {
  const text = await readFile(PROCESSOR_TEMPERATURE, 'utf8').catch(() => '');
  return /^-?\d+\s*$/u.test(text) ? rounded(Number(text) / MILLI) : undefined;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
