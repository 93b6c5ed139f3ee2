import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { systemClock } from '../../../device/capture/clock.ts';
import { createRtspSource, redactRtspUrls } from '../../../device/capture/rtsp-source.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import type { AccessUnit } from '../../../media/access-unit.ts';
import { accessUnitsOf, readRecording } from '../../media/rpicam-recordings.ts';
import { descendantProcesses } from '../../support/processes.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { startRtspServer } from '../../support/rtsp-server.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { RecordingSink } from '../recording-sink.ts';

const USER = { username: 'me', password: 'geheim' };
const START_TIMEOUT_MS = 15_000;
const resources = resourcesOfEachTest();

async function openCamera({ credentials = 'me:geheim@', path = '/door' } = {}) {
  const server = resources.own(await startRtspServer(USER));
  const logged: string[] = [];
  const log = (message: string) => logged.push(message);
  const logger = { debug: log, info: log, warn: log, error: log };
  const source = createRtspSource(
    `rtsp://${credentials}127.0.0.1:${server.port}${path}`,
    systemClock,
    logger,
  );
  resources.onEnd('source', () => source.stop());
  const sink = new RecordingSink();
  const arrivedAtUs: number[] = [];
  source.start({
    handleAccessUnit: (unit) => {
      arrivedAtUs.push(systemClock.nowUs());
      sink.handleAccessUnit(unit);
    },
    handleEnd: (error) => sink.handleEnd(error),
  });
  return { source, sink, logged, server, arrivedAtUs };
}

test("a network camera's pictures arrive as it sent them", async () => {
  const { sink, source, server, arrivedAtUs } = await openCamera();
  const units = await waitUntil('pictures', sink.received(60), START_TIMEOUT_MS);
  const sent = new Set(accessUnitsOf(readRecording('recommended-720p30')).map(sliceOf));
  expect(units.filter((unit) => !sent.has(sliceOf(unit)))).toHaveLength(0);
  expect(units.some(({ isKeyframe }) => isKeyframe)).toBe(true);
  const delayMs = ((arrivedAtUs.at(-1) ?? 0) - (server.writtenAtUs.at(-1) ?? 0)) / 1000;
  console.log(`rtsp: the newest picture arrived ${delayMs.toFixed(1)} ms after the newest was written`);
  await source.stop();
  expect(sink.errors).toEqual([]);
});

test('name and password of a camera are not among the words of a program, which everybody on the machine sees', async () => {
  const { sink } = await openCamera();
  await waitUntil('pictures', sink.received(1), START_TIMEOUT_MS);
  const words = descendantProcesses(process.pid).map(({ pid }) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
  );
  expect(words.join('\n')).toContain('ffmpeg');
  expect(words.join('\n')).not.toContain(USER.password);
});

test.each([
  ['a wrong password', { credentials: 'me:falsch@' }, /refuses the name or password/],
  ['a wrong path', { path: '/window' }, /does not know this path/],
])('%s is told in words, without the password', async (_, options, words) => {
  const { sink, logged } = await openCamera(options);
  const error = await waitUntil('the end', sink.ended(), START_TIMEOUT_MS);
  expect(error.message).toMatch(words);
  expect([error.message, ...logged].join('\n')).not.toMatch(/geheim|falsch/);
});

test('a camera that is not there', async () => {
  const sink = new RecordingSink();
  createRtspSource('rtsp://me:geheim@127.0.0.1:1/door', systemClock, {
    debug: expectNoSecret,
    info: expectNoSecret,
    warn: expectNoSecret,
    error: expectNoSecret,
  }).start(sink);
  const error = await waitUntil('the end', sink.ended(), START_TIMEOUT_MS);
  expect(error.message).toMatch(/RTSP camera 127.0.0.1:1 refuses the connection/);
});

test('every URL in a line loses all but its host', () => {
  expect(redactRtspUrls('[x] rtsp://a:b@h:5/c?password=d: failed')).toBe('[x] rtsp://h:5/… failed');
  expect(redactRtspUrls('RTSPS://a:b@[: no')).not.toMatch(/a:b/);
});

test.each(['rtsp://', 'rtsp:// a', 'rtsp://me:p w@door/1', 'rtsp://door/\n1'])('%j is refused', (url) => {
  expect(() => createRtspSource(url, systemClock, silentLogger)).toThrow(/cannot be read; it looks like/);
});

function sliceOf(unit: AccessUnit): string {
  return unit.nalUnits.at(-1)?.toString('base64') ?? '';
}

function expectNoSecret(message: string): void {
  expect(message).not.toContain('geheim');
}
