import { readFile } from 'node:fs/promises';

const KB_PER_MB = 1_024;

/** What processes hold of the machine's memory together; what they share with others counts for its part. */
export async function proportionalMb(pids: readonly number[]): Promise<number> {
  const kb = await Promise.all(pids.map(proportionalKb));
  return kb.reduce((sum, one) => sum + one, 0) / KB_PER_MB;
}

async function proportionalKb(pid: number): Promise<number> {
  const [, kb] = /^Pss:\s+(\d+) kB$/mu.exec(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
  if (kb === undefined) throw new Error(`this kernel does not tell the memory of process ${pid}`);
  return Number(kb);
}
