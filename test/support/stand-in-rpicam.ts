import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJsonLines } from './json-lines.ts';

const SCRIPT = fileURLToPath(new URL('./stand-ins/rpicam_vid.py', import.meta.url));

export type RpicamBehaviour =
  | 'streams'
  | 'slow-drain'
  | 'no-camera'
  | 'busy'
  | 'silence'
  | 'sensor-dies-once'
  | 'crash'
  | 'no-encoder'
  | 'old';

export interface StandInRpicamOptions {
  readonly behaviour?: RpicamBehaviour;
  readonly name?: 'rpicam-vid' | 'libcamera-vid';
  /** A recording in test/data/rpicam, without its ending. */
  readonly recording?: string;
}

export interface StandInLogEntry {
  readonly arguments?: readonly string[];
  readonly pid?: number;
  readonly signal?: string;
  readonly drained?: boolean;
  readonly frame?: number;
  readonly bytes?: number;
  readonly writtenAtUs?: number;
}

export interface StandInRpicam {
  /** What PATH has to be for programs to find it. */
  readonly path: string;
  readonly log: () => StandInLogEntry[];
  /** The arguments of the start that streamed. */
  readonly streamArguments: () => readonly string[];
  readonly stop: () => void;
}

/** Puts a program that behaves like rpicam-vid first in this process's PATH, until stopped. */
export function installStandInRpicam(options: StandInRpicamOptions = {}): StandInRpicam {
  const { behaviour = 'streams', name = 'rpicam-vid', recording = 'recommended-720p30' } = options;
  const folder = mkdtempSync(join(tmpdir(), 'stand-in-rpicam-'));
  const logFile = join(folder, 'log');
  const program = join(folder, name);
  writeFileSync(
    program,
    `#!/bin/sh
export STAND_IN_BEHAVIOUR='${behaviour}' STAND_IN_RECORDING='${recording}' STAND_IN_LOG='${logFile}'
exec /usr/bin/python3 '${SCRIPT}' "$@"
`,
  );
  chmodSync(program, 0o755);
  const pathBefore = process.env['PATH'] ?? '';
  process.env['PATH'] = `${folder}${delimiter}${pathBefore}`;
  const log = () => readJsonLines<StandInLogEntry>(logFile);
  return {
    path: process.env['PATH'],
    log,
    streamArguments: () =>
      log().find((entry) => entry.arguments !== undefined && !/version|list/.test(entry.arguments.join(' ')))
        ?.arguments ?? [],
    stop: () => {
      process.env['PATH'] = pathBefore;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
