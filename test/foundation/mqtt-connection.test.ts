import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { InboundMessage } from '../../contract/message-bus.ts';
import { BrokerSettingsError } from '../../foundation/broker-login.ts';
import type { BrokerSettings } from '../../foundation/broker-settings.ts';
import { Lifetime } from '../../foundation/lifetime.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { MqttConnection, type MqttConnectionOptions } from '../../foundation/mqtt-connection.ts';
import type { AuthorizePublishHandler } from 'aedes';
import { packetNumbersKeptBy } from '../support/packet-numbers.ts';
import { waitUntil } from '../support/wait-until.ts';
import { startPlainBroker, type PlainBroker } from '../support/plain-broker.ts';

const ROUND_TRIPS = 60;
/** Linux' shortest. */
const DELAYED_ACKNOWLEDGEMENT_MS = 40;

let lifetime = new Lifetime(silentLogger);

afterEach(async () => {
  await lifetime.close();
  lifetime = new Lifetime(silentLogger);
});

async function brokerOn(port = 0): Promise<PlainBroker> {
  const broker = await startPlainBroker(port);
  lifetime.own('broker', () => broker.stop());
  return broker;
}

function openConnection(
  broker: BrokerSettings,
  options: Partial<MqttConnectionOptions> = {},
): MqttConnection {
  const clientId = `test-${Math.random().toString(36).slice(2)}`;
  const connection = new MqttConnection({
    broker,
    clientId,
    logger: silentLogger,
    pauseMs: () => 50,
    ...options,
  });
  lifetime.own('connection', () => connection.close());
  connection.open();
  return connection;
}

function becomes(connection: MqttConnection, connected: boolean): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = connection.onConnectionChange((now) => {
      if (now !== connected) return;
      unsubscribe();
      resolve();
    });
  });
}

function nextMessage(connection: MqttConnection, filter: string): Promise<InboundMessage> {
  return new Promise((resolve) => {
    const unsubscribe = connection.subscribe(filter, (message) => {
      unsubscribe();
      resolve(message);
    });
  });
}

/** Cuts the connection at the first PUBLISH instead of confirming it. */
async function brokerThatLosesItsFirstPublish() {
  const received: string[] = [];
  const authorizePublish: AuthorizePublishHandler = (client, { payload }, allow) => {
    received.push(payload.toString());
    if (received.length === 1) (client?.conn as Socket | undefined)?.destroy();
    else allow(null);
  };
  const broker = await startPlainBroker(0, { authorizePublish });
  lifetime.own('broker', () => broker.stop());
  return { url: broker.url, received };
}

describe('the broker connection', () => {
  test('carries messages to every handler whose filter matches', async () => {
    const { url } = await brokerOn();
    const connection = openConnection({ url });
    const both = Promise.all([
      nextMessage(connection, 'a/+'),
      nextMessage(connection, 'a/b'),
      becomes(connection, true),
    ]);
    await becomes(connection, true);
    await connection.publish('a/b', 'hello');
    const [wild, exact] = await both;
    expect([wild.payload.toString(), exact.payload.toString(), wild.retained]).toEqual([
      'hello',
      'hello',
      false,
    ]);
  });

  test('answers at once, without waiting until the kernel has acknowledged what went before', async () => {
    const { url } = await brokerOn();
    const [asking, answering] = [openConnection({ url }), openConnection({ url })];
    // Later than the confirmation of the question, as whoever has to think about it does.
    answering.subscribe('question', ({ payload }) => {
      setImmediate(() => void answering.publish('answer', payload));
    });
    let answered = '';
    asking.subscribe('answer', ({ payload }) => (answered = payload.toString()));
    await Promise.all([becomes(asking, true), becomes(answering, true)]);
    await waitUntil('the first answer', async () => {
      await asking.publish('question', 'the first');
      return answered !== '';
    });
    const ask = async (question: string): Promise<number> => {
      const askedAtMs = performance.now();
      await asking.publish('question', question);
      while (answered !== question) await new Promise(setImmediate);
      return performance.now() - askedAtMs;
    };
    const timesMs: number[] = [];
    while (timesMs.length < ROUND_TRIPS) timesMs.push(await ask(String(timesMs.length)));
    // A new connection is acknowledged more eagerly at first. Of the others the fastest shows what was waited for.
    expect(Math.min(...timesMs.slice(ROUND_TRIPS / 2))).toBeLessThan(DELAYED_ACKNOWLEDGEMENT_MS);
  });

  test('subscribes again when the broker comes back, on the same port, without its memory', async () => {
    const first = await brokerOn();
    const connection = openConnection({ url: first.url });
    await becomes(connection, true);
    const message = nextMessage(connection, 'a/b');
    const lost = becomes(connection, false);
    await first.stop();
    await lost;
    const back = becomes(connection, true);
    const second = await brokerOn(first.port);
    await back;
    const other = openConnection({ url: second.url });
    await becomes(other, true);
    await other.publish('a/b', 'again', { retain: true });
    expect((await message).payload.toString()).toBe('again');
  });

  test('does not send after a reconnect what the broker never confirmed', async () => {
    const { url, received } = await brokerThatLosesItsFirstPublish();
    const connection = openConnection({ url });
    await becomes(connection, true);
    await expect(connection.publish('d/set/stream', 'OFF')).rejects.toMatchObject({ code: 'offline' });
    await becomes(connection, true);
    await connection.publish('d/set/stream', 'ON');
    expect(received).toEqual(['OFF', 'ON']);
  });

  test('a handler that fails keeps the message from nobody else', async () => {
    const { url } = await brokerOn();
    const errors: string[] = [];
    const logger = { ...silentLogger, error: (line: string) => void errors.push(line) };
    const connection = openConnection({ url }, { logger });
    connection.subscribe('a/b', () => {
      throw new Error('broken');
    });
    const message = nextMessage(connection, 'a/b');
    await becomes(connection, true);
    await connection.publish('a/b', 'hello');
    expect((await message).payload.toString()).toBe('hello');
    expect(errors.join()).toContain('broken');
  });

  test('connects by itself when the broker starts later than the client', async () => {
    const early = await brokerOn();
    await early.stop();
    const connection = openConnection({ url: early.url });
    const connected = becomes(connection, true);
    await expect(connection.publish('a', 'x')).rejects.toMatchObject({ code: 'offline' });
    await brokerOn(early.port);
    await connected;
    expect(connection.connected).toBe(true);
  });

  test('tries again for hours, however long, and is back soon after the broker', async () => {
    const early = await brokerOn();
    await early.stop();
    const asked: number[] = [];
    const pauseMs = (failures: number) => {
      asked.push(failures);
      return 1;
    };
    const lines: string[] = [];
    const logger = { ...silentLogger, warn: (line: string) => void lines.push(line) };
    const connection = openConnection({ url: early.url }, { pauseMs, logger });
    // With pauses of up to 30 s these are more than an hour.
    await waitUntil('more than an hour of tries', () => (asked.at(-1) ?? 0) > 150, 20_000);
    const connected = becomes(connection, true);
    await brokerOn(early.port);
    await connected;
    expect(lines).toEqual([
      expect.stringMatching(
        /is away: nothing listens .*; trying again until it is back\. What to do: start it/u,
      ),
    ]);
  }, 40_000);

  test('the broker speaks the last will when the connection dies, and not after a goodbye', async () => {
    const { url } = await brokerOn();
    const watcher = openConnection({ url });
    await becomes(watcher, true);
    const will = { topic: 'd/status', payload: 'offline' };
    const polite = openConnection({ url }, { will });
    await becomes(polite, true);
    await polite.close();
    const rude = openConnection({ url }, { will: { ...will, payload: 'gone' }, clientId: 'taken' });
    await becomes(rude, true);
    const message = nextMessage(watcher, 'd/status');
    openConnection({ url }, { clientId: 'taken' });
    expect((await message).payload.toString()).toBe('gone');
  });

  test('what it says of a lost broker is one line, without user name and password', async () => {
    const silentServer = createServer((socket) => socket.destroy());
    silentServer.listen(0, '127.0.0.1');
    await once(silentServer, 'listening');
    lifetime.own('server', () => void silentServer.close());
    const { port } = silentServer.address() as AddressInfo;
    const lines: string[] = [];
    const twoTries = new Promise<void>((resolve) => {
      let tries = 0;
      silentServer.on('connection', () => (tries += 1) === 2 && resolve());
    });
    const logger = { ...silentLogger, warn: (line: string) => void lines.push(line) };
    openConnection(
      { url: `mqtt://me:secret@127.0.0.1:${port}`, username: 'me', password: 'secret' },
      { logger },
    );
    await twoTries;
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain('secret');
  });

  test('a connection that has sent keeps no table of all packet numbers', async () => {
    const connection = openConnection(await brokerOn());
    await becomes(connection, true);
    await connection.publish('a', 'b');
    expect(packetNumbersKeptBy('mqtt')).toBe(0);
  });

  test('a certificate that cannot be read is told by its key and path', () => {
    const connection = new MqttConnection({
      broker: { url: 'mqtts://127.0.0.1:8883', caFile: '/nowhere/ca.pem' },
      clientId: 'c',
      logger: silentLogger,
    });
    expect(() => connection.open()).toThrow(BrokerSettingsError);
    expect(() => connection.open()).toThrow(/broker\.caFile.*\/nowhere\/ca\.pem/);
  });
});
