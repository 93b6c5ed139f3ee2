import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJsonLines } from './json-lines.ts';

const SCRIPT = fileURLToPath(new URL('./stand-ins/ffmpeg.py', import.meta.url));
/** Below /dev, as a configuration wants it, and everybody may write there. */
const DEVICES = '/dev/shm';

export type UsbCameraBehaviour = 'streams' | 'busy' | 'forbidden' | 'silence' | 'no-hardware-encoder';

export interface StandInUsbCamera {
  /** Its device file. */
  readonly device: string;
  /** What ffmpeg was told at each start that reads a camera. */
  readonly starts: () => readonly (readonly string[])[];
  readonly plugIn: () => void;
  readonly unplug: () => void;
  readonly stop: () => void;
}

/** A USB camera that is plugged in, and first in this process's PATH an ffmpeg that can read it, until stopped. */
export function installStandInUsbCamera(behaviour: UsbCameraBehaviour = 'streams'): StandInUsbCamera {
  const realFfmpeg = pathOfFfmpeg();
  const folder = mkdtempSync(join(tmpdir(), 'stand-in-ffmpeg-'));
  const devices = mkdtempSync(join(DEVICES, 'picam-'));
  const device = join(devices, 'usb-Stand_In_Camera-video-index0');
  const logFile = join(folder, 'log');
  const program = join(folder, 'ffmpeg');
  writeFileSync(
    program,
    `#!/bin/sh
export STAND_IN_FFMPEG='${realFfmpeg}' STAND_IN_BEHAVIOUR='${behaviour}' STAND_IN_LOG='${logFile}'
exec /usr/bin/python3 '${SCRIPT}' "$@"
`,
  );
  chmodSync(program, 0o755);
  const pathBefore = process.env['PATH'] ?? '';
  process.env['PATH'] = `${folder}${delimiter}${pathBefore}`;
  const plugIn = () => writeFileSync(device, '');
  plugIn();
  return {
    device,
    starts: () => readJsonLines<{ arguments: string[] }>(logFile).map((start) => start.arguments),
    plugIn,
    unplug: () => rmSync(device),
    stop: () => {
      process.env['PATH'] = pathBefore;
      for (const one of [folder, devices]) rmSync(one, { recursive: true, force: true });
    },
  };
}

function pathOfFfmpeg(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, 'ffmpeg')).find((path) => existsSync(path));
  if (found === undefined) throw new Error('ffmpeg is not installed');
  return found;
}
