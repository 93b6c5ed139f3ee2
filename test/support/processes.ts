import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

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

/** How many UDP sockets `pid` holds. */
export function udpSockets(pid: number): number {
  const ofMachine = new Set(['udp', 'udp6'].flatMap((table) => socketsIn(`/proc/${pid}/net/${table}`)));
  const held = readdirSync(`/proc/${pid}/fd`).map((descriptor) => readLink(`/proc/${pid}/fd/${descriptor}`));
  return held.filter((link) => ofMachine.has(/^socket:\[(\d+)\]$/u.exec(link)?.[1] ?? '')).length;
}

/** The inodes in a table of proc(5); the tenth column. */
function socketsIn(table: string): string[] {
  const [, ...rows] = readFileSync(table, 'utf8').trim().split('\n');
  return rows.map((row) => row.trim().split(/\s+/u)[9] ?? '');
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
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
