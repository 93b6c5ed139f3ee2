import { readFile, readdir } from 'node:fs/promises';

const NANOSECONDS_PER_MILLISECOND = 1_000_000;

/**
 * CPU time that all threads of a process have used so far, whatever it is written in, as the kernel counts it.
 *
 * Work that the kernel does for a packet counts as the sender's. Only Linux tells.
 */
export async function cpuTimeMs(pid: number): Promise<number> {
  const folder = `/proc/${pid}/task`;
  const threads = await readdir(folder);
  const times = await Promise.all(threads.map((thread) => threadTimeNs(`${folder}/${thread}/schedstat`)));
  return times.reduce((sum, timeNs) => sum + timeNs, 0) / NANOSECONDS_PER_MILLISECOND;
}

/** Of one core, while `work` lasts; of several processes together. */
export async function cpuShareDuring(
  pid: number | readonly number[],
  work: () => Promise<unknown>,
): Promise<number> {
  const pids = [pid].flat();
  const startedAtMs = performance.now();
  const before = await cpuTimeOfAllMs(pids);
  await work();
  return ((await cpuTimeOfAllMs(pids)) - before) / (performance.now() - startedAtMs);
}

async function cpuTimeOfAllMs(pids: readonly number[]): Promise<number> {
  const times = await Promise.all(pids.map(cpuTimeMs));
  return times.reduce((sum, timeMs) => sum + timeMs, 0);
}

/** A thread may end between being listed and being read. */
async function threadTimeNs(file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '0');
  return Number(text.split(' ')[0]);
}
