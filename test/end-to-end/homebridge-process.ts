import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChildProgram } from '../../demo/child-program.ts';
import { freePort } from '../../demo/ports.ts';
import { packedInstall } from '../support/packed-install.ts';
import { waitUntil } from '../support/wait-until.ts';

const START_TIMEOUT_MS = 60_000;
const HOMEBRIDGE = fileURLToPath(new URL('../../node_modules/homebridge/bin/homebridge.js', import.meta.url));
export const PIN = '482-91-637';
const BRIDGE_ID = '0E:5A:1B:7C:33:D2';

export interface PublishedAccessory {
  readonly name: string;
  /** HAP's device id, AA:BB:CC:DD:EE:FF. */
  readonly id: string;
  readonly port: number;
  readonly pin: string;
}

export interface TestHomebridge {
  readonly pid: number;
  readonly log: string;
  readonly bridge: PublishedAccessory;
  /** Waits for an accessory with a port of its own. */
  accessory(name: string): Promise<PublishedAccessory>;
  /** Ends it and starts it again with all that it has stored. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A real Homebridge in a process of its own, with throw-away storage and the plugin as a user installs it. */
export async function startHomebridge(platform: object): Promise<TestHomebridge> {
  const { nodeModules } = await packedInstall();
  const storage = mkdtempSync(join(tmpdir(), 'picam-homebridge-'));
  const port = await freePort();
  const bridge = { name: 'Picam Test', username: BRIDGE_ID, port, pin: PIN };
  writeFileSync(
    join(storage, 'config.json'),
    JSON.stringify({ bridge, platforms: [{ platform: 'Picam', debug: true, ...platform }], accessories: [] }),
  );
  const newProgram = () =>
    new ChildProgram({
      name: 'Homebridge',
      command: process.execPath,
      args: [HOMEBRIDGE, '-U', storage, '-P', nodeModules, '--strict-plugin-resolution', '-I', '-Q'],
      env: { NODE_OPTIONS: '', FORCE_COLOR: '0' },
    });
  let program = newProgram();
  const start = () => program.start().waitForLog(/is running on port \d+/u, START_TIMEOUT_MS);
  const stop = async () => {
    await program.stop();
    rmSync(storage, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    get pid() {
      return program.pid;
    },
    get log() {
      return program.log;
    },
    bridge: { name: bridge.name, id: BRIDGE_ID, port, pin: PIN },
    accessory: (name) => publishedAccessory(program, storage, name),
    restart: async () => {
      await program.stop();
      program = newProgram();
      await start();
    },
    stop,
  };
}

/** Waits until the log says that an accessory with a port of its own is there. */
export async function publishedAccessory(
  program: ChildProgram,
  storage: string,
  name: string,
): Promise<PublishedAccessory> {
  const [, shownName = '', port = ''] = await program.waitForLog(
    new RegExp(`(${name}(?: [0-9A-F]{4})?) is running on port (\\d+)`, 'u'),
    START_TIMEOUT_MS,
  );
  const id = await waitUntil(`the identity of "${name}"`, () => accessoryId(storage, shownName));
  return { name, id, port: Number(port), pin: PIN };
}

/** HAP-NodeJS keeps a file for each accessory it publishes, named by its id. */
function accessoryId(storage: string, name: string): string | undefined {
  const folder = join(storage, 'persist');
  if (!existsSync(folder)) return undefined;
  const file = readdirSync(folder).find((candidate) => {
    if (!candidate.startsWith('AccessoryInfo.')) return false;
    const { displayName } = JSON.parse(readFileSync(join(folder, candidate), 'utf8')) as {
      displayName: string;
    };
    return displayName === name;
  });
  return file?.split('.')[1]?.replaceAll(/..(?=.)/gu, '$&:');
}
