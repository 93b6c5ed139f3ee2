import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { deviceIdSchema } from '../contract/topics.ts';
import { randomPin } from './setup-code.ts';

export const PROJECT_ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PACKAGE_NAME = '@picam/homebridge-picam';

/** What Apple Home and the broker know the demo by; kept with its storage, so that a pairing survives. */
const identitySchema = z.object({
  device: deviceIdSchema,
  bridgeId: z.string().regex(/^([0-9A-F]{2}:){5}[0-9A-F]{2}$/),
  pin: z.string().regex(/^\d{3}-\d{2}-\d{3}$/),
});
export type Identity = z.infer<typeof identitySchema>;

export interface DemoStorage {
  readonly folder: string;
  readonly identity: Identity;
  /** A folder of one part's own. */
  folderOf(part: string): string;
  logOf(part: string): string;
  /** Removes it if it is a throw-away. */
  close(): void;
}

/** @param kept a folder to keep; without one, a throw-away folder. */
export function openStorage(kept: string | undefined): DemoStorage {
  const folder = kept === undefined ? mkdtempSync(join(tmpdir(), 'picam-demo-')) : resolve(kept);
  const folderOf = (part: string) => {
    mkdirSync(join(folder, part), { recursive: true });
    return join(folder, part);
  };
  return {
    folder,
    folderOf,
    logOf: (part) => join(folderOf('logs'), `${part}.log`),
    identity: readIdentity(join(folderOf('.'), 'demo.json')),
    close: () => {
      if (kept === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Lets a program that looks for packages in `folder` find this one, as if it had been installed there. */
export function linkPackage(folder: string): void {
  const link = join(folder, 'node_modules', PACKAGE_NAME);
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(PROJECT_ROOT, link, 'dir');
}

function readIdentity(file: string): Identity {
  if (existsSync(file)) return identitySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const identity = newIdentity();
  writeFileSync(file, JSON.stringify(identity, undefined, 2), { mode: 0o600 });
  return identity;
}

/** A phone remembers what it once paired with, so a new storage is a new camera and a new bridge. */
function newIdentity(): Identity {
  return {
    device: `demo-${randomBytes(2).toString('hex')}`,
    bridgeId: ['0E', ...[...randomBytes(5)].map((byte) => byte.toString(16).padStart(2, '0'))]
      .join(':')
      .toUpperCase(),
    pin: randomPin(),
  };
}
