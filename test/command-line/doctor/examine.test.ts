import { describe, expect, test } from '@jest/globals';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { askBroker } from '../../../command-line/doctor/ask-broker.ts';
import { iceServerAnswers } from '../../../command-line/doctor/ask-ice-server.ts';
import { lookAtFfmpeg } from '../../../command-line/doctor/examine.ts';
import { EmbeddedBroker } from '../../../device/broker/embedded-broker.ts';
import { runProgram } from '../../../device/capture/program-run.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { startMosquitto } from '../../support/mosquitto.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';

const resources = resourcesOfEachTest();

describe('a broker', () => {
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
    const refused = { kind: 'unusable', problem: 'refuses this user name and password' };
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
      problem: expect.stringContaining('ECONNREFUSED'),
    });
    expect(await askBroker({ url, caFile: '/not/there' })).toMatchObject({
      kind: 'unusable',
      remedy: expect.stringContaining('broker.caFile'),
    });
  });
});

test('an ICE server answers a STUN binding, or does not', async () => {
  const server = createSocket('udp4').bind(0, '127.0.0.1');
  resources.onEnd('server', () => server.close());
  await once(server, 'listening');
  server.on('message', (message, { port, address }) => {
    const reply = Buffer.from(message);
    reply.writeUInt16BE(0x0101, 0);
    server.send(reply, port, address);
  });
  expect(await iceServerAnswers(`turn:127.0.0.1:${server.address().port}?transport=udp`)).toBe(true);
  expect(await iceServerAnswers('turns:127.0.0.1:1')).toBe(false);
  expect(await iceServerAnswers('nonsense')).toBe(false);
});

test('ffmpeg is looked for with its encoders', async () => {
  expect(await lookAtFfmpeg(runProgram)).toMatchObject({
    kind: 'there',
    encoders: expect.arrayContaining(['libx264']),
  });
  expect(await lookAtFfmpeg(() => Promise.resolve({ kind: 'missing' }))).toEqual({ kind: 'missing' });
});
