import { arch, cpus } from 'node:os';

/** What the figures were measured on, in a line to write beside them. */
export function describeMachine(): string {
  const cores = cpus();
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, Node ${process.versions.node}, ${cores.length} × ${cores[0]?.model.trim() ?? 'unknown'} (${arch()})`;
}
