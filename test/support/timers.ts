import { waitUntil } from './wait-until.ts';

/** Longer than werift waits, after a connection has come about, before it looks whether it has. */
const LAST_WAITS_MS = 1_500;

/** Timers that keep this process alive. */
export function activeTimers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

/** Waits for the last waits of libraries to be over, because jest kills a worker that has any left. */
export async function untilNoMoreTimersThan(count: number): Promise<void> {
  await waitUntil('the last timers', () => activeTimers() <= count, LAST_WAITS_MS).catch(() => undefined);
}
