import { once } from 'node:events';
import { connect } from 'node:net';
import { fixedIceServers } from '../../../foundation/ice/ice-server-source.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { createWebServer, type WebServerOptions } from '../../../web/server/web-server.ts';
import { InMemoryBus } from '../../support/in-memory-bus.ts';
import type { TestResources } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { FakeCamera } from './fake-camera.ts';

export const OFFER = 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n';

export type ServedPageOptions = Partial<WebServerOptions> & {
  readonly cameras?: readonly string[];
  /** Where the server asks for one. */
  readonly token?: string;
};

/** A web server on a port of its own, and fake cameras that it has found. */
export async function servePage(
  resources: TestResources,
  { cameras = ['front'], token, ...options }: ServedPageOptions = {},
) {
  const bus = new InMemoryBus();
  const fakes = cameras.map((device) => resources.own(new FakeCamera(bus, device)));
  for (const fake of fakes) await fake.open();
  const server = resources.own(
    createWebServer({
      bus,
      prefix: 'picam',
      host: '127.0.0.1',
      port: 0,
      iceServers: fixedIceServers([]),
      logger: silentLogger,
      ...options,
    }),
  );
  await server.open();
  const { port } = new URL(server.url);
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  await waitUntil('the cameras are found', async () => {
    const found = (await (await fetch(`${server.url}/api/cameras`, { headers })).json()) as {
      online: boolean;
    }[];
    return found.filter(({ online }) => online).length === cameras.length;
  });
  const [camera = new FakeCamera(bus, 'nobody')] = fakes;
  return { bus, camera, server, port: Number(port), at: (path: string) => `${server.url}${path}` };
}

export function postOffer(url: string, body = OFFER, headers: Record<string, string> = {}) {
  return fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/sdp', ...headers } });
}

export function postJson(url: string, body: object) {
  return fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
}

export async function problemOf(response: Response) {
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  return { status: response.status, code: error.code, message: error.message };
}

/** A clock on which every wait for cameras to introduce themselves is over at once. */
export function clockAfterIntroductions(): () => number {
  let nowMs = 0;
  return () => (nowMs += 2_000);
}

/** The status of an answer to what fetch() would not send: another Host, or a path with dots. */
export async function rawStatus(port: number, requestLine: string, host = 'localhost'): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write(`${requestLine}\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    const [head] = (await once(socket, 'data')) as [Buffer];
    return Number(head.toString().split(' ')[1]);
  } finally {
    socket.destroy();
  }
}
