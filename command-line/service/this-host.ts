import { existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { runProgram } from '../../device/capture/program-run.ts';
import { DEFAULT_FILE } from '../read-configuration.ts';
import type { ServiceHost } from './service-commands.ts';
import type { ServiceProgram } from './service-unit.ts';

/** systemd makes it when it starts the machine (sd_booted(3)). */
const SYSTEMD_FOLDER = '/run/systemd/system';

export const thisHost: ServiceHost = {
  isRoot: process.getuid?.() === 0,
  hasSystemd: existsSync(SYSTEMD_FOLDER),
  run: runProgram,
  exists: existsSync,
  write: (path, text, mode) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode });
  },
  remove: (path) => rmSync(path, { force: true }),
  say: (line) => void process.stdout.write(`${line}\n`),
};

/** The program that runs now, as it would be started again. */
export function thisProgram(configuration = DEFAULT_FILE): ServiceProgram {
  return { node: process.execPath, script: realpathSync(process.argv[1] ?? ''), configuration };
}
