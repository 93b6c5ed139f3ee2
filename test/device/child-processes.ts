import { readFile } from 'node:fs/promises';

/** The pids of the running children of a process that have this name. */
export async function childrenNamed(name: string, parent = process.pid): Promise<number[]> {
  const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
  const pids = children.split(' ').filter(Boolean).map(Number);
  const states = await Promise.all(pids.map((pid) => stateOf(pid)));
  return pids.filter((_, index) => states[index]?.name === name && states[index].isRunning);
}

/** False for one that is gone or only waits to be buried. */
export async function isRunning(pid: number): Promise<boolean> {
  return (await stateOf(pid)).isRunning;
}

async function stateOf(pid: number): Promise<{ readonly name: string; readonly isRunning: boolean }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [, name = '', state = 'Z'] = /\((.*)\) (\S)/.exec(stat) ?? [];
  return { name, isRunning: state !== 'Z' };
}
