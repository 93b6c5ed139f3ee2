import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { once, type EventEmitter } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { Aedes } from 'aedes';
import type { IClientOptions, MqttClient } from 'mqtt';
import { createMqttClient } from '../../foundation/mqtt-client.ts';
import { startMosquitto, type MosquittoOptions } from '../support/mosquitto.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';

const resources = resourcesOfEachTest();
const run = promisify(execFile);
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'picam-mqtt-client-'));
  const days = ['-days', '2', '-subj', '/CN=localhost'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', path('key')];
  const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  await run('openssl', ['req', '-x509', ...key, ...days, ...names, '-out', path('certificate')]);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Of a certificate that vouches for itself: authority, server and client in one. */
function path(part: 'key' | 'certificate'): string {
  return join(folder, `${part}.pem`);
}

function connect(url: string, options: IClientOptions = {}): MqttClient {
  const client = createMqttClient(url, { reconnectPeriod: 0, ...options });
  resources.onEnd('the client', () => client.endAsync(true));
  return client;
}

/** What becomes of a connection. */
function outcome(client: MqttClient): Promise<string> {
  const settled = new Promise<string>((resolve) => {
    client.on('connect', () => resolve('connected'));
    client.on('error', ({ message }) => resolve(message));
  });
  return waitUntil('the connection, or its failure', settled, 10_000);
}

async function tlsBroker({ host, settings = [] }: MosquittoOptions = {}) {
  const files = [`certfile ${path('certificate')}`, `keyfile ${path('key')}`];
  const options = { settings: [...files, ...settings], ...(host !== undefined && { host }) };
  const { port } = resources.own(await startMosquitto(options));
  const [certificate, key] = await Promise.all([readFile(path('certificate')), readFile(path('key'))]);
  return { port, certificate, key };
}

interface WebSockets {
  readonly WebSocketServer: new (options: { readonly server: Server }) => EventEmitter;
  readonly createWebSocketStream: (socket: unknown) => Duplex;
}

/** Debian's Mosquitto speaks no WebSockets everywhere; the client's own package for them serves here. */
async function webSocketBroker(): Promise<number> {
  const ofClient = createRequire(createRequire(import.meta.url).resolve('mqtt'));
  const { WebSocketServer, createWebSocketStream } = ofClient('ws') as WebSockets;
  const aedes = await Aedes.createBroker();
  resources.onEnd('the broker', () => new Promise<void>((resolve) => aedes.close(resolve)));
  const server = createServer().listen(0, '127.0.0.1');
  resources.onEnd('the server', () => server.close());
  await once(server, 'listening');
  new WebSocketServer({ server }).on('connection', (socket) => aedes.handle(createWebSocketStream(socket)));
  return (server.address() as AddressInfo).port;
}

describe('a client reaches', () => {
  test('a broker that asks for user and password, from its address', async () => {
    const passwords = join(folder, 'passwords');
    await run('mosquitto_passwd', ['-c', '-b', passwords, 'me@home', 'p:ss/word']);
    const settings = [`password_file ${passwords}`, 'allow_anonymous false'];
    const { port } = resources.own(await startMosquitto({ settings }));
    expect(await outcome(connect(`mqtt://me%40home:p%3Ass%2Fword@127.0.0.1:${port}`))).toBe('connected');
    expect(await outcome(connect(`mqtt://127.0.0.1:${port}`))).toMatch(/not authorized/iu);
  });

  test('a broker by WebSockets', async () => {
    const port = await webSocketBroker();
    expect(await outcome(connect(`ws://127.0.0.1:${port}`))).toBe('connected');
  });

  test('a broker by TLS, by name and by number, and only one that it can trust', async () => {
    const { port, certificate: ca } = await tlsBroker();
    expect(await outcome(connect(`mqtts://localhost:${port}`, { ca }))).toBe('connected');
    expect(await outcome(connect(`mqtts://127.0.0.1:${port}`, { ca }))).toBe('connected');
    expect(await outcome(connect(`mqtts://localhost:${port}`))).toMatch(/self.signed certificate/u);
  });

  test('no broker by TLS whose certificate is for another address', async () => {
    const { port, certificate: ca } = await tlsBroker({ host: '127.0.0.2' });
    const client = connect(`mqtts://127.0.0.2:${port}`, { ca });
    expect(await outcome(client)).toMatch(/127\.0\.0\.2 is not in the cert's list/u);
  });

  test('a broker that wants a certificate, with one, whose key says that TLS is meant', async () => {
    const settings = ['require_certificate true', `cafile ${path('certificate')}`];
    const { port, certificate, key } = await tlsBroker({ settings });
    const own = { ca: certificate, cert: certificate, key };
    expect(await outcome(connect(`mqtt://localhost:${port}`, own))).toBe('connected');
    const refused = connect(`mqtts://localhost:${port}`, { ca: certificate });
    expect(await outcome(refused)).not.toBe('connected');
  });

  test('nobody at an address where nobody is, and says so', async () => {
    expect(await outcome(connect('mqtt://127.0.0.1:1'))).toMatch(/ECONNREFUSED/u);
  });

  test('an IPv6 address', async () => {
    expect(await outcome(connect('mqtt://[::1]:1'))).toMatch(/^connect E\w+ ::1:1\b/u);
  });
});
