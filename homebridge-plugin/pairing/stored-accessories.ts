import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { SetupPayload } from './setup-uri.ts';

/** What Homebridge keeps of a bridge, or of an accessory that is paired by itself. */
export interface StoredAccessory extends SetupPayload {
  /** HAP's device id, AA:BB:CC:DD:EE:FF. */
  readonly id: string;
  readonly name: string;
  readonly isPaired: boolean;
}

/** A file for each, as HAP-NodeJS writes it. */
const accessoryInfoSchema = z.object({
  displayName: z.string(),
  category: z.number(),
  pincode: z.string(),
  setupID: z.string().length(4),
  pairedClients: z.record(z.string(), z.unknown()).default({}),
});

/** @param storage Homebridge's own folder. */
export function readStoredAccessories(storage: string): StoredAccessory[] {
  const folder = join(storage, 'persist');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const [, digits] = /^AccessoryInfo\.([0-9A-F]{12})\.json$/u.exec(name) ?? [];
    if (digits === undefined) return [];
    return readStored(join(folder, name), digits.replace(/..(?=.)/gu, '$&:')) ?? [];
  });
}

/** undefined while it is being written. */
function readStored(file: string, id: string): StoredAccessory | undefined {
  try {
    const info = accessoryInfoSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    const { displayName: name, category, pincode: pin, setupID: setupId, pairedClients } = info;
    return { id, name, category, pin, setupId, isPaired: Object.keys(pairedClients).length > 0 };
  } catch {
    return undefined;
  }
}
