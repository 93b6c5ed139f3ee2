import { TimeoutError, withTimeout } from '../../foundation/time-out.ts';

const POLL_INTERVAL_MS = 20;

/**
 * Waits for an event (a promise), or until a condition gives something other than false, null and undefined, and
 * returns that.
 * @throws TimeoutError that names `what`; with the condition's last error as its cause when it kept throwing.
 */
export async function waitUntil<T>(
  what: string,
  wanted: Promise<T> | (() => T | Promise<T>),
  timeoutMs = 15_000,
): Promise<Exclude<T, false | null | undefined>> {
  if (typeof wanted !== 'function')
    return (await withTimeout(wanted, timeoutMs, what)) as Exclude<T, false | null | undefined>;
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  do {
    try {
      const value = await withTimeout(Promise.resolve(wanted()), timeoutMs, what);
      if (value !== false && value !== null && value !== undefined)
        return value as Exclude<T, false | null | undefined>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  } while (performance.now() < deadline);
  throw new TimeoutError(`${what}: not within ${timeoutMs} ms`, { cause });
}
