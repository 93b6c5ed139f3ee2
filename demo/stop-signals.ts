const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** One Ctrl-C reaches us twice below npm: from the terminal, and from npm, which passes it on. */
const SAME_WISH_MS = 1_000;
const LOOK_INTERVAL_MS = 500;

/**
 * @param insist called when the wish to end is repeated later.
 * @returns a promise that resolves with the first signal to end, or when the `npm run` that started this is gone.
 */
export function untilToldToEnd(insist: () => void): Promise<void> {
  let toldAtMs: number | undefined;
  return new Promise((resolve) => {
    const handle = () => {
      const nowMs = performance.now();
      if (toldAtMs !== undefined && nowMs - toldAtMs > SAME_WISH_MS) insist();
      toldAtMs ??= nowMs;
      resolve();
    };
    for (const signal of SIGNALS) process.on(signal, handle);
    if (process.env['npm_lifecycle_event'] === 'demo') whenParentIsGone(resolve);
  });
}

/** An npm that was killed can pass no signal on; its orphans belong to another process from then on. */
function whenParentIsGone(handle: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    handle();
  }, LOOK_INTERVAL_MS);
  timer.unref();
}
