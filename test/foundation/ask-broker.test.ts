import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { EmbeddedBroker } from '../../device/broker/embedded-broker.ts';
import { askBroker } from '../../foundation/ask-broker.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { resourcesOfEachTest } from '../support/resources.ts';

const resources = resourcesOfEachTest();

describe('a broker is asked', () => {
  test('that lets everybody in', async () => {
    const { url } = resources.own(await startMosquitto());
    expect(await askBroker({ url })).toEqual({ kind: 'logged-in', url });
  });

  test('that wants another password', async () => {
    const users = [{ username: 'camera', password: 'a good one' }];
    const broker = resources.own(
      new EmbeddedBroker({ host: '127.0.0.1', port: 0, users, logger: silentLogger }),
    );
    await broker.open();
    const { url } = broker;
    const refused = { kind: 'unusable', why: { kind: 'login-refused' } };
    expect(await askBroker({ url, username: 'camera', password: 'a bad one' })).toMatchObject(refused);
    expect(await askBroker({ url })).toMatchObject(refused);
    expect(await askBroker({ url, username: 'camera', password: 'a good one' })).toEqual({
      kind: 'logged-in',
      url,
    });
  });

  test('that is not there, or whose certificate cannot be read', async () => {
    const broker = await startMosquitto();
    await broker.stop();
    const { url } = broker;
    expect(await askBroker({ url })).toMatchObject({
      kind: 'unusable',
      why: { kind: 'connection-refused', problem: expect.stringContaining('ECONNREFUSED') },
    });
    expect(await askBroker({ url, caFile: '/not/there' })).toMatchObject({
      kind: 'unusable',
      why: { kind: 'unusable-settings', remedy: expect.stringContaining('broker.caFile') },
    });
  });

  test('that is no broker', async () => {
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    resources.onEnd('the server', () => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const url = `mqtt://127.0.0.1:${port}`;
    expect(await askBroker({ url })).toMatchObject({ why: { kind: 'hangs-up' } });
  });

  test('that does not speak TLS, and one that nobody knows', async () => {
    const broker = resources.own(await startMosquitto());
    const encrypted = broker.url.replace('mqtt:', 'mqtts:');
    expect(await askBroker({ url: encrypted })).toMatchObject({ why: { kind: 'no-tls' } });
    expect(await askBroker({ url: 'mqtt://no-such-host.invalid' })).toMatchObject({
      why: { kind: 'unknown-name' },
    });
  });
});
