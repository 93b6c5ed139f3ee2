import type { FleetConnection } from './fleet-connection.ts';
import type { CameraReading } from './fleet-watch.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** What the broker keeps comes at once; a broker that keeps nothing leaves it to the cameras to say hello. */
const INTRODUCTION_MS = 1_000;
const POLL_INTERVAL_MS = 50;
const RATE_INTERVAL_MS = 1_000;

/** There was nothing to print. */
export class NothingToShowError extends Error {
  override readonly name = 'NothingToShowError';
}

/**
 * The cameras with their rates, for which each is asked twice.
 * @throws NothingToShowError when the broker is away, or there is no such camera.
 */
export async function readOnce(fleet: FleetConnection, only: string | undefined): Promise<CameraReading[]> {
  await until(() => fleet.isConnected, CONNECT_TIMEOUT_MS);
  await until(() => only !== undefined && fleet.isOnline(only), INTRODUCTION_MS);
  if (fleet.emptiness !== undefined) throw new NothingToShowError(fleet.emptiness);
  await fleet.look();
  await pause(RATE_INTERVAL_MS);
  return await fleet.look();
}

async function until(isThere: () => boolean, timeoutMs: number): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!isThere() && performance.now() < endMs) await pause(POLL_INTERVAL_MS);
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
