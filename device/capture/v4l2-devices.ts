import { readdir, readFile } from 'node:fs/promises';

const BY_ID = '/dev/v4l/by-id';
const DRIVERS = '/sys/class/video4linux';
const PI_HARDWARE_ENCODER = 'bcm2835-codec-encode';

export interface UsbCamera {
  /** A path that stays when the camera is plugged in elsewhere. */
  readonly device: string;
  readonly name: string;
}

/** USB cameras, in the order of their names; the metadata devices beside them are left out. */
export async function listUsbCameras(folder = BY_ID): Promise<readonly UsbCamera[]> {
  return (await namesIn(folder))
    .filter((name) => name.startsWith('usb-') && name.endsWith('-video-index0'))
    .sort()
    .map((name) => ({
      device: `${folder}/${name}`,
      name: name.replace(/^usb-|-video-index0$/g, '').replaceAll('_', ' '),
    }));
}

/** True on a Pi 4 and older. */
export async function hasHardwareEncoder(folder = DRIVERS): Promise<boolean> {
  for (const name of await namesIn(folder))
    if ((await textOf(`${folder}/${name}/name`)).trim() === PI_HARDWARE_ENCODER) return true;
  return false;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}
