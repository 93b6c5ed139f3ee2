import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { OWNER_ONLY_FILE, OWNER_ONLY_FOLDER } from '../../foundation/owner-only.ts';
import { deviceIdentity } from './device-identity.ts';
import type { LocalCameraSettings } from './local-camera-settings.ts';

const FILE = 'picam.yaml';

export interface DaemonSettings {
  readonly device: string;
  /** What the daemon reads its settings from. */
  readonly file: string;
}

/**
 * Lays down what the daemon reads. A file of its own keeps it from reading the one of a `picam` that the machine may
 * run besides. JSON is YAML.
 */
export function writeDaemonSettings(
  settings: LocalCameraSettings,
  folder: string,
  prefix: string,
): DaemonSettings {
  mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
  const device = settings.device ?? deviceIdentity(folder, hostname());
  const file = join(folder, FILE);
  const content = daemonConfiguration(settings, { folder, prefix, device });
  writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`, { mode: OWNER_ONLY_FILE });
  return { device, file };
}

function daemonConfiguration(
  { name, source, size, fps, bitrateKbps, port }: LocalCameraSettings,
  { folder, prefix, device }: { readonly folder: string; readonly prefix: string; readonly device: string },
): object {
  const [width, height] = size.split('x').map(Number);
  return {
    device,
    name,
    prefix,
    source,
    video: { width, height, fps, bitrateKbps },
    embeddedBroker: { host: '127.0.0.1', port },
    storage: join(folder, 'storage'),
  };
}
