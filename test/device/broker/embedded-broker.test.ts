import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { EmbeddedBroker, type EmbeddedBrokerOptions } from '../../../device/broker/embedded-broker.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';

const resources = resourcesOfEachTest();
/** MQTT 3.1.1, a clean session of the client "a". */
const CONNECT = Buffer.from([0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 1, 0x61]);

async function openBroker(options: Partial<EmbeddedBrokerOptions> = {}): Promise<EmbeddedBroker> {
  const broker = resources.own(
    new EmbeddedBroker({ host: '127.0.0.1', port: 0, logger: silentLogger, ...options }),
  );
  await broker.open();
  return broker;
}

async function connect(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync(url, { reconnectPeriod: 0, ...options });
  resources.onEnd('client', () => client.end(true));
  return client;
}

async function openSocket(port: number): Promise<Socket> {
  const socket = connectSocket(port, '127.0.0.1');
  resources.onEnd('socket', () => socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

describe('the embedded broker', () => {
  test('delivers, keeps what is retained, and sends wills', async () => {
    const { url } = await openBroker();
    const watcher = await connect(url);
    const seen: string[] = [];
    watcher.on('message', (topic, payload) => seen.push(`${topic} ${payload.toString()}`));
    await watcher.subscribeAsync('a/#', { qos: 1 });
    const leaving = await connect(url, {
      will: { topic: 'a/will', payload: Buffer.from('gone'), qos: 1, retain: true },
    });
    await leaving.publishAsync('a/b', 'hello', { qos: 1, retain: true });
    leaving.stream.destroy();
    await waitUntil('the will', () => seen.includes('a/will gone'));
    expect(seen).toEqual(['a/b hello', 'a/will gone']);
  });

  test('ends a connection that announces a huge packet, before it has sent it', async () => {
    const { port } = await openBroker();
    const socket = await openSocket(port);
    socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
    await waitUntil('the end', once(socket, 'close'));
  });

  test('lets nobody write or read below $SYS, and keeps the connection', async () => {
    const { url } = await openBroker();
    const client = await connect(url);
    const seen: string[] = [];
    client.on('message', (topic) => seen.push(topic));
    await expect(client.subscribeAsync('$SYS/#')).rejects.toThrow();
    await client.subscribeAsync('#');
    await client.publishAsync('$SYS/broker/heartbeat', 'forged', { qos: 1 });
    await client.publishAsync('x'.repeat(300), 'long', { qos: 1 });
    await client.publishAsync('last', '', { qos: 1 });
    await waitUntil('the allowed one', () => seen.includes('last'));
    expect(seen).toEqual(['last']);
    expect(client.connected).toBe(true);
  });

  test('takes no more connections than it may', async () => {
    const { port } = await openBroker({ maxConnections: 2 });
    const first = await openSocket(port);
    await openSocket(port);
    const third = await openSocket(port);
    await waitUntil('the refusal', once(third, 'close'));
    first.destroy();
    await waitUntil('the place to be free', once(first, 'close'));
    const next = await openSocket(port);
    next.write(CONNECT);
    const [answer] = (await waitUntil('the answer', once(next, 'data'))) as [Buffer];
    expect(answer.subarray(0, 2)).toEqual(Buffer.from([0x20, 2]));
  });

  test('wants a password where it has users', async () => {
    const { url } = await openBroker({ users: [{ username: 'camera', password: 'a secret' }] });
    await expect(connect(url)).rejects.toThrow(/not authorized/iu);
    await expect(connect(url, { username: 'camera', password: 'wrong' })).rejects.toThrow(/not authorized/iu);
    expect((await connect(url, { username: 'camera', password: 'a secret' })).connected).toBe(true);
  });

  test('does not open to the network without a password', async () => {
    await expect(openBroker({ host: '0.0.0.0' })).rejects.toThrow(/embeddedBroker\.users/u);
  });

  test('says what to do when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    resources.onEnd('other server', () => other.close());
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(openBroker({ port })).rejects.toThrow(/in use.*set broker\.url.*embeddedBroker\.port/u);
  });

  test('ends its connections when it is closed', async () => {
    const broker = await openBroker();
    const client = await connect(broker.url);
    const gone = new Promise<true>((resolve) => client.once('close', () => resolve(true)));
    await broker.close();
    await waitUntil('the end of the connection', gone);
  });
});
