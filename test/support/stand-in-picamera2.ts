import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJsonLines } from './json-lines.ts';

const MODULES = fileURLToPath(new URL('./stand-in-picamera2', import.meta.url));

export type Picamera2Behaviour =
  | 'still'
  | 'lively'
  | 'moving'
  | 'no-camera'
  | 'busy'
  | 'silence'
  | 'encoder-dies'
  | 'hangs-on-open'
  | 'hangs-on-close';

/** What Picamera2 was told, in the order in which it was. */
export interface Picamera2LogEntry {
  /** The number of a camera that is opened. */
  readonly open?: number;
  readonly pid?: number;
  readonly hflip?: boolean;
  readonly vflip?: boolean;
  readonly controls?: Readonly<Record<string, unknown>>;
  /** Whether the controls came while it ran. */
  readonly running?: boolean;
  readonly recording?: boolean;
}

export interface StandInPicamera2 {
  readonly log: () => readonly Picamera2LogEntry[];
  readonly stop: () => void;
}

/** Lets Python programs started by this process find a Picamera2 that draws its pictures, until stopped. */
export function installStandInPicamera2(behaviour: Picamera2Behaviour = 'still'): StandInPicamera2 {
  const folder = mkdtempSync(join(tmpdir(), 'stand-in-picamera2-'));
  const logFile = join(folder, 'log');
  const settings = { PYTHONPATH: MODULES, STAND_IN_BEHAVIOUR: behaviour, STAND_IN_LOG: logFile };
  const before = Object.keys(settings).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, settings);
  return {
    log: () => readJsonLines<Picamera2LogEntry>(logFile),
    stop: () => {
      for (const [name, value] of before) restore(name, value);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}
