import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChildProgram } from '../child-program.ts';
import type { Ports } from '../options.ts';
import {
  readStoredAccessories,
  type StoredAccessory,
} from '../../homebridge-plugin/pairing/stored-accessories.ts';
import { setupUri } from '../../homebridge-plugin/pairing/setup-uri.ts';
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
    ...pairable(bridge, ports.homebridge),
    accessories: [{ name: camera.name, id: camera.id, ...pairable(camera, ports.accessory) }],
  };
}

/** True when a controller has paired with the camera. */
export function isPaired(storage: DemoStorage, id: string): boolean {
  const accessory = readAccessories(storage).find((candidate) => candidate.id === id);
  return accessory?.isPaired === true;
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

function readAccessories(storage: DemoStorage): StoredAccessory[] {
  return readStoredAccessories(storage.folderOf('homebridge'));
}

function pairable({ pin, category, setupId }: StoredAccessory, port: number): Pairable {
  return { host: HOST, port, pin, setupUri: setupUri({ pin, category, setupId }) };
}
