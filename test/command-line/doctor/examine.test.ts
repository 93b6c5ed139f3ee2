import { expect, test } from '@jest/globals';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configurationSchema } from '../../../command-line/configuration-schema.ts';
import { iceServerAnswers } from '../../../command-line/doctor/ask-ice-server.ts';
import { lookAtFfmpeg, lookAtRecordings } from '../../../command-line/doctor/examine.ts';
import { runProgram } from '../../../device/capture/program-run.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';

const resources = resourcesOfEachTest();

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
  const stdout = ' V....D libx264 x\n V..... h264_v4l2m2m y\n';
  const both = () => Promise.resolve({ kind: 'ended' as const, exitCode: 0, stdout, stderr: '' });
  const encodersWhere = async (hasHardware: boolean) =>
    await lookAtFfmpeg(both, () => Promise.resolve(hasHardware));
  expect(await encodersWhere(false)).toMatchObject({ encoders: ['libx264'] });
  expect(await encodersWhere(true)).toMatchObject({ encoders: ['libx264', 'h264_v4l2m2m'] });
  expect(await lookAtFfmpeg(() => Promise.resolve({ kind: 'missing' }))).toEqual({ kind: 'missing' });
});

test('a folder for recordings is tried, and not made', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'picam-recordings-'));
  resources.onEnd('folder', () => rmSync(folder, { recursive: true }));
  const { recording } = configurationSchema.parse({ recording: { folder, minFreeMB: 10 } });
  const there = await lookAtRecordings(recording, '/nowhere');
  expect(there).toMatchObject({ folder, isConfigured: true, minFreeMB: 10, freeMB: expect.any(Number) });
  expect(there.problem).toBeUndefined();
  const missing = await lookAtRecordings({ ...recording, folder: join(folder, 'none') }, '/nowhere');
  expect(missing.problem).toContain('ENOENT');
  expect(readdirSync(folder)).toEqual([]);
});
