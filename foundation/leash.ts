import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const SETPRIV = 'setpriv';
const DIES_WITH_ITS_PARENT = ['--pdeathsig', 'KILL', '--'];
const TRY_TIMEOUT_MS = 2_000;

export interface ProgramStart {
  readonly program: string;
  readonly args: readonly string[];
}

let hasSetpriv: boolean | undefined;

/**
 * The same program, but the kernel kills it when this process dies, however it dies (prctl(2), PR_SET_PDEATHSIG).
 * Most programs would notice by their closed pipes; a camera program whose sensor is silent never writes again, and
 * would keep the camera for ever. Where setpriv of util-linux is missing, the pipes have to do.
 */
export function leashed(program: string, args: readonly string[]): ProgramStart {
  hasSetpriv ??= setprivWorks();
  // A program that is not there is told as such only when it is started itself.
  if (!hasSetpriv || !isInstalled(program)) return { program, args };
  return { program: SETPRIV, args: [...DIES_WITH_ITS_PARENT, program, ...args] };
}

/** BusyBox has one that knows nothing of parents. */
function setprivWorks(): boolean {
  const options = { stdio: 'ignore', timeout: TRY_TIMEOUT_MS } as const;
  return spawnSync(SETPRIV, [...DIES_WITH_ITS_PARENT, 'true'], options).status === 0;
}

function isInstalled(program: string): boolean {
  if (program.includes('/')) return isExecutable(program);
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => isExecutable(join(folder, program)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
