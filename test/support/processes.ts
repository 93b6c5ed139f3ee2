import { readdirSync, readFileSync } from 'node:fs';

export interface RunningProcess {
  readonly pid: number;
  /** As the kernel keeps it: at most 15 characters. */
  readonly name: string;
}

interface KnownProcess extends RunningProcess {
  readonly parent: number;
}

/** Everything `pid` started that still runs, and what that started in turn; zombies do not count. */
export function descendantProcesses(pid: number): RunningProcess[] {
  const all = allProcesses();
  const below = (parent: number): RunningProcess[] =>
    all
      .filter((candidate) => candidate.parent === parent)
      .flatMap((child) => [{ pid: child.pid, name: child.name }, ...below(child.pid)]);
  return below(pid);
}

/** True while `pid` runs; a zombie does not. */
export function isRunning(pid: number): boolean {
  return readProcess(pid) !== undefined;
}

/** What `pid` holds of the machine's memory, in KiB. */
export function residentKb(pid: number): number {
  const [, kb = '0'] = /^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kb);
}

function allProcesses(): KnownProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? []);
}

/** proc(5): `pid (name) state parent …`; the name may hold spaces and brackets. */
function readProcess(pid: number): KnownProcess | undefined {
  const [, name, state, parent] = /^\d+ \((.*)\) (\S) (\d+)/s.exec(readStat(pid)) ?? [];
  if (name === undefined || state === 'Z' || state === 'X') return undefined;
  return { pid, name, parent: Number(parent) };
}

function readStat(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}
