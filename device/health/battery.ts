import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineReadings } from '../../contract/machine-readings.ts';

const POWER_SUPPLIES = '/sys/class/power_supply';

/** The first battery that the kernel has a driver for; undefined without one. */
export async function readBattery(folder = POWER_SUPPLIES): Promise<MachineReadings['battery']> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const battery = await readSupply(join(folder, name));
    if (battery) return battery;
  }
  return undefined;
}

async function readSupply(folder: string): Promise<MachineReadings['battery']> {
  const read = async (file: string) => (await readFile(join(folder, file), 'utf8').catch(() => '')).trim();
  if ((await read('type')) !== 'Battery') return undefined;
  const capacity = await read('capacity');
  if (!/^\d{1,3}$/u.test(capacity)) return undefined;
  return { percent: Number(capacity), charging: (await read('status')) !== 'Discharging' };
}
