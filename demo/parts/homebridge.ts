import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ChildProgram } from '../child-program.ts';
import type { Ports } from '../options.ts';
import { setupUri } from '../setup-code.ts';
import { linkPackage, PROJECT_ROOT, type DemoStorage } from '../storage.ts';
import { answersOn, untilFound } from './part.ts';

const HOST = '127.0.0.1';

/** What a HAP controller needs to pair. */
export interface Pairable {
  readonly host: string;
  readonly port: number;
  readonly pin: string;
  readonly setupUri: string;
}

export interface PairableAccessory extends Pairable {
  readonly name: string;
  /** HAP's device id, AA:BB:CC:DD:EE:FF. */
  readonly id: string;
}

export interface LiveHomebridge extends Pairable {
  readonly accessories: readonly PairableAccessory[];
}

/** What hap-nodejs keeps of each accessory it publishes. */
const accessoryInfoSchema = z.object({
  displayName: z.string(),
  category: z.number(),
  pincode: z.string(),
  setupID: z.string().length(4),
  pairedClients: z.record(z.string(), z.unknown()).default({}),
});
type AccessoryInfo = z.infer<typeof accessoryInfoSchema>;

/**
 * A real Homebridge with this package as its plug-in. HAP listens on every interface and announces itself by mDNS, or
 * no phone could pair; everything else in the demo stays on loopback.
 */
export function homebridgeProgram(storage: DemoStorage, ports: Ports): ChildProgram {
  const folder = storage.folderOf('homebridge');
  linkPackage(folder);
  writeFileSync(join(folder, 'config.json'), JSON.stringify(configuration(storage, ports), undefined, 2));
  const flags = ['-U', folder, '-P', join(folder, 'node_modules'), '--strict-plugin-resolution', '-Q'];
  return new ChildProgram({
    name: 'Homebridge',
    command: process.execPath,
    args: [join(PROJECT_ROOT, 'node_modules', 'homebridge', 'bin', 'homebridge.js'), ...flags],
    logFile: storage.logOf('homebridge'),
  });
}

/** Waits until the bridge and the camera accept connections from HAP controllers. */
export async function homebridgeIsLive(
  program: ChildProgram,
  storage: DemoStorage,
  ports: Ports,
  timeoutMs: number,
): Promise<LiveHomebridge> {
  const { bridgeId } = storage.identity;
  await untilFound(program, `answer on port ${ports.homebridge}`, timeoutMs, () =>
    answersOn(ports.homebridge),
  );
  const camera = await untilFound(program, 'camera found by the plug-in', timeoutMs, () =>
    Promise.resolve(readAccessories(storage).find(({ id }) => id !== bridgeId)),
  );
  await untilFound(program, `answer on the camera's port ${ports.accessory}`, timeoutMs, () =>
    answersOn(ports.accessory),
  );
  const bridge = readAccessories(storage).find(({ id }) => id === bridgeId);
  if (!bridge) throw program.failure('has not stored how to pair with its bridge');
  return {
    ...pairable(bridge.info, ports.homebridge),
    accessories: [
      { name: camera.info.displayName, id: camera.id, ...pairable(camera.info, ports.accessory) },
    ],
  };
}

/** True when a controller has paired with the camera. */
export function isPaired(storage: DemoStorage, id: string): boolean {
  const accessory = readAccessories(storage).find((candidate) => candidate.id === id);
  return accessory !== undefined && Object.keys(accessory.info.pairedClients).length > 0;
}

function configuration({ identity }: DemoStorage, ports: Ports) {
  return {
    bridge: {
      name: `Picam ${identity.device}`,
      username: identity.bridgeId,
      port: ports.homebridge,
      pin: identity.pin,
    },
    // Cameras are accessories of their own beside the bridge, each with its own port.
    ports: { start: ports.accessory, end: ports.accessory },
    platforms: [{ platform: 'Picam', name: 'Picam', broker: { url: `mqtt://${HOST}:${ports.mqtt}` } }],
    accessories: [],
  };
}

function readAccessories(storage: DemoStorage): { readonly id: string; readonly info: AccessoryInfo }[] {
  const folder = join(storage.folderOf('homebridge'), 'persist');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const [, digits] = /^AccessoryInfo\.([0-9A-F]{12})\.json$/.exec(name) ?? [];
    const info = digits === undefined ? undefined : readAccessoryInfo(join(folder, name));
    return info && digits !== undefined ? [{ id: digits.replace(/..(?=.)/g, '$&:'), info }] : [];
  });
}

/** undefined while it is being written. */
function readAccessoryInfo(file: string): AccessoryInfo | undefined {
  try {
    return accessoryInfoSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function pairable({ pincode, category, setupID }: AccessoryInfo, port: number): Pairable {
  return { host: HOST, port, pin: pincode, setupUri: setupUri({ pin: pincode, category, setupId: setupID }) };
}
