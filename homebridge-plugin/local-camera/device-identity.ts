import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deviceIdSchema } from '../../contract/topics.ts';

const FILE = 'device-id';
const LONGEST_NAME = 40;

/**
 * The id of this machine's camera: made once of the machine's name and some chance, and kept in `folder`, because two
 * cameras of one id would be the same accessory to a phone.
 */
export function deviceIdentity(folder: string, hostName: string): string {
  const file = join(folder, FILE);
  const kept = readKept(file);
  if (kept !== undefined) return kept;
  const id = `${nameInIds(hostName)}-${randomBytes(2).toString('hex')}`;
  writeFileSync(file, `${id}\n`);
  return id;
}

function readKept(file: string): string | undefined {
  try {
    return deviceIdSchema.safeParse(readFileSync(file, 'utf8').trim()).data;
  } catch {
    return undefined;
  }
}

function nameInIds(hostName: string): string {
  const [first = ''] = hostName.toLowerCase().split('.');
  const name = first
    .replace(/[^a-z0-9]+/gu, '-')
    .slice(0, LONGEST_NAME)
    .replace(/^-+|-+$/gu, '');
  return name || 'camera';
}
