const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** One Ctrl-C reaches us twice below npm: from the terminal, and from npm, which passes it on. */
const SAME_WISH_MS = 1_000;

/**
 * @param insist called when the wish to end is repeated later.
 * @returns a promise of the first signal to end.
 */
export function untilToldToEnd(insist: () => void): Promise<NodeJS.Signals> {
  let toldAtMs: number | undefined;
  return new Promise((resolve) => {
    const handle = (signal: NodeJS.Signals) => {
      const nowMs = performance.now();
      if (toldAtMs !== undefined && nowMs - toldAtMs > SAME_WISH_MS) insist();
      toldAtMs ??= nowMs;
      resolve(signal);
    };
    for (const signal of SIGNALS) process.on(signal, handle);
  });
}
