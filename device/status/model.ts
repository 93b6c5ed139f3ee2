import { readFileSync } from 'node:fs';
import { arch, platform } from 'node:os';

const MAX_LENGTH = 128;

/** The board's name as its firmware tells it, else the kind of machine. */
export function machineModel(path = '/proc/device-tree/model'): string {
  try {
    const model = readFileSync(path, 'utf8').replaceAll('\0', '').trim();
    if (model !== '') return model.slice(0, MAX_LENGTH);
  } catch {
    // Only boards with a device tree have it.
  }
  return `${platform()} ${arch()}`;
}
