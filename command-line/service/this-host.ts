import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { runProgram } from '../../device/capture/program-run.ts';
import { DEFAULT_FILE } from '../read-configuration.ts';
import type { ServiceHost } from './service-commands.ts';
import type { ServiceProgram } from './service-unit.ts';

/** systemd makes it when it starts the machine (sd_booted(3)). */
const SYSTEMD_FOLDER = '/run/systemd/system';
const READ_BY_OTHERS = 0o004;
const PASSED_BY_OTHERS = 0o001;

export const thisHost: ServiceHost = {
  isRoot: process.getuid?.() === 0,
  hasSystemd: existsSync(SYSTEMD_FOLDER),
  run: runProgram,
  exists: existsSync,
  hasGroup: (name) => groupsOfSystem().has(name),
  isOpenToAll: (path) => hasMode(path, READ_BY_OTHERS) && isPassableByAll(dirname(path)),
  write: (path, text, mode) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode });
    // The umask may have taken some of it, and a file that was there has kept its own.
    chmodSync(path, mode);
  },
  remove: (path) => rmSync(path, { force: true }),
  say: (line) => void process.stdout.write(`${line}\n`),
};

/** group(5) */
function groupsOfSystem(): ReadonlySet<string> {
  const lines = readFileSync('/etc/group', 'utf8').split('\n');
  return new Set(lines.map((line) => line.split(':')[0] ?? ''));
}

/** The program that runs now, as it would be started again. */
export function thisProgram(configuration = DEFAULT_FILE): ServiceProgram {
  return { node: process.execPath, script: realpathSync(process.argv[1] ?? ''), configuration };
}

function isPassableByAll(folder: string): boolean {
  const parent = dirname(folder);
  return hasMode(folder, PASSED_BY_OTHERS) && (parent === folder || isPassableByAll(parent));
}

function hasMode(path: string, bit: number): boolean {
  return (statSync(path).mode & bit) !== 0;
}
