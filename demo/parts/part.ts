import type { ChildProgram } from '../child-program.ts';
import { answers } from '../ports.ts';

const POLL_INTERVAL_MS = 200;
const REQUEST_TIMEOUT_MS = 3_000;

/** Looks again and again until `look` finds what it looks for; fails with the program's last words. */
export async function untilFound<T>(
  program: ChildProgram,
  what: string,
  timeoutMs: number,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    if (!program.running) throw program.failure('ended');
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
  throw program.failure(`is not ready: no ${what} within ${timeoutMs / 1_000} s`);
}

/** The HTTP status of a page, or undefined when nobody answers. */
export async function statusOf(url: string, options: RequestInit = {}): Promise<number | undefined> {
  try {
    const response = await fetch(url, { ...options, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return undefined;
  }
}

export async function answersOn(port: number): Promise<true | undefined> {
  return (await answers(port)) || undefined;
}
