import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { waitUntil } from './wait-until.ts';

/**
 * Runs `work` while no other process on this machine runs something under the same name. The lock is a listening
 * socket in Linux's abstract namespace (unix(7)): it goes with its process, so it is never left behind.
 */
export async function underLock<T>(name: string, timeoutMs: number, work: () => T | Promise<T>): Promise<T> {
  const lock = await waitUntil(`the lock "${name}"`, () => take(name), timeoutMs);
  try {
    return await work();
  } finally {
    lock.close();
  }
}

async function take(name: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  server.listen(`\0picam-${name}`);
  try {
    await once(server, 'listening');
    return server;
  } catch {
    return undefined;
  }
}
