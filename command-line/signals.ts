const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Resolves with the first signal to end; the same signal once more ends the process at once. */
export function untilToldToEnd(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const handle = (signal: NodeJS.Signals) => {
      for (const one of SIGNALS) process.removeListener(one, handle);
      resolve(signal);
    };
    for (const signal of SIGNALS) process.on(signal, handle);
  });
}
