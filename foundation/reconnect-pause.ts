const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/**
 * How long to wait before the next try to connect: longer from failure to failure, and never the same for everybody,
 * so that a broker that comes back is not run over by all its clients at once.
 *
 * @param random 0 to 1
 */
export function reconnectPauseMs(failures: number, random: number): number {
  const ceilingMs = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** failures);
  return Math.round(ceilingMs * (0.5 + 0.5 * random));
}
