import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { withTimeout } from '../foundation/time-out.ts';

const CONNECT_TIMEOUT_MS = 1_000;
const LOOPBACK = '127.0.0.1';

/** A TCP port nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  return (await claim(0)) ?? freePort();
}

/** True when this process could listen there. */
export async function isFree(port: number): Promise<boolean> {
  return (await claim(port)) !== undefined;
}

/** True when somebody accepts TCP connections there. */
export async function answers(port: number, host = LOOPBACK): Promise<boolean> {
  const socket = createConnection({ port, host });
  try {
    await withTimeout(once(socket, 'connect'), CONNECT_TIMEOUT_MS, `connecting to ${host}:${port}`);
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Listens on every interface for a moment: a port that is taken on any of them is taken. */
async function claim(port: number): Promise<number | undefined> {
  const server = createServer();
  server.listen(port);
  try {
    await once(server, 'listening');
  } catch {
    return undefined;
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' ? address?.port : undefined;
}
