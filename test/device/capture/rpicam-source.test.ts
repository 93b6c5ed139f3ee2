import { expect, test } from '@jest/globals';
import type { Clock } from '../../../device/capture/clock.ts';
import { systemClock } from '../../../device/capture/clock.ts';
import { createRpicamSource } from '../../../device/capture/rpicam-source.ts';
import type { SourceSink } from '../../../device/capture/source.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { isRunning } from '../../support/processes.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { installStandInRpicam, type StandInRpicamOptions } from '../../support/stand-in-rpicam.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { accessUnitsOf, readRecording } from '../../media/rpicam-recordings.ts';
import { hurriedClock } from '../hurried-clock.ts';
import { RecordingSink } from '../recording-sink.ts';

const VIDEO = { width: 1280, height: 720, fps: 30, bitrateKbps: 2000, keyframeIntervalS: 2 };
const resources = resourcesOfEachTest();

function startSource(
  options: StandInRpicamOptions & { readonly clock?: Clock; readonly sink?: SourceSink } = {},
) {
  const standIn = resources.own(installStandInRpicam(options));
  const source = createRpicamSource(0, VIDEO, options.clock ?? systemClock, silentLogger);
  resources.onEnd('source', () => source.stop());
  const sink = new RecordingSink();
  source.start(options.sink ?? sink);
  return { standIn, source, sink };
}

test('the command line is the one that suits every board', async () => {
  const { standIn, sink, source } = startSource();
  await sink.received(1);
  expect(standIn.streamArguments().join(' ')).toBe(
    '-n -t 0 --camera 0 --width 1280 --height 720 --framerate 30 -b 2000000 -g 60 --profile baseline ' +
      '--inline --flush --low-latency --libav-format h264 --libav-video-codec-opts threads=1;slices=1 -o -',
  );
  expect(source.description).toBe('camera 0 by rpicam-vid 1.12.0');
});

test('an old libcamera-vid gets only the options it knows', async () => {
  const { standIn, sink, source } = startSource({ name: 'libcamera-vid', behaviour: 'old' });
  await sink.received(5);
  expect(standIn.streamArguments().join(' ')).not.toMatch(/libav|latency/);
  expect(source.description).toBe('camera 0 by libcamera-vid 1.2.1');
});

test.each(['recommended-720p30', 'recommended-1080p30', 'low-latency-several-slices'])(
  'every picture of %s arrives whole, though cut into pieces and start codes of both lengths',
  async (recording) => {
    const expected = splitWhole(recording).slice(0, 45);
    const { sink } = startSource({ recording });
    const received = await sink.received(expected.length);
    expect(received.map(({ nalUnits }) => Buffer.concat(nalUnits).toString('base64'))).toEqual(expected);
    expect(received[0]?.isKeyframe).toBe(true);
  },
);

test('a picture is delivered when it is written, not when the next one is', async () => {
  const deliveredAtUs: number[] = [];
  const { standIn, source } = startSource({
    sink: { handleAccessUnit: () => deliveredAtUs.push(systemClock.nowUs()), handleEnd: () => undefined },
  });
  await waitUntil('90 pictures', () => deliveredAtUs.length >= 90);
  await source.stop();
  const written = standIn.log().flatMap(({ writtenAtUs }) => writtenAtUs ?? []);
  const delaysMs = deliveredAtUs.map((atUs, index) => (atUs - (written[index] ?? 0)) / 1000).slice(2);
  const median = [...delaysMs].sort((one, other) => one - other)[Math.floor(delaysMs.length / 2)] ?? Infinity;
  console.log(
    `rpicam: written to delivered, median ${median.toFixed(1)} ms, most ${Math.max(...delaysMs).toFixed(1)} ms`,
  );
  expect(median).toBeLessThan(15);
});

test('stop asks with SIGINT and reads on while the program drains', async () => {
  const { standIn, source, sink } = startSource({ behaviour: 'slow-drain' });
  await sink.received(10);
  const before = sink.units.length;
  await source.stop();
  expect(standIn.log().at(-1)).toEqual({ signal: 'SIGINT', drained: true });
  expect(sink.units.length - before).toBeLessThan(3);
  expect(sink.errors).toEqual([]);
});

test('stop kills a program that does not heed SIGINT', async () => {
  const { standIn, source } = startSource({ behaviour: 'silence', clock: hurriedClock() });
  const pid = await waitUntil('the stream begins', () => runningPid(standIn.log()));
  await source.stop();
  expect(isRunning(pid)).toBe(false);
});

test('stop while the program is still looked for starts nothing', async () => {
  const { standIn, source, sink } = startSource();
  await source.stop();
  expect(standIn.streamArguments()).toEqual([]);
  expect(sink.errors).toEqual([]);
});

test.each([
  ['no-camera', /camera 0 was not found.*ribbon cable/],
  ['busy', /camera 0 is used by another program; end that one/],
  ['no-encoder', /sudo apt install rpicam-apps-encoder/],
  ['crash', /rpicam-vid ended by itself \(signal SIGABRT\)/],
] as const)('%s is told in words', async (behaviour, words) => {
  const { sink } = startSource({ behaviour });
  expect((await sink.ended()).message).toMatch(words);
});

test('a dead sensor is noticed by its silence, and its program is gone', async () => {
  const { standIn, sink } = startSource({ behaviour: 'silence', clock: hurriedClock() });
  expect((await sink.ended()).message).toMatch(/front end timed out.*ribbon cable/);
  const pid = standIn.log().findLast((entry) => entry.pid !== undefined)?.pid ?? 0;
  expect(isRunning(pid)).toBe(false);
});

test('a machine without the program is told what to install', async () => {
  const sink = new RecordingSink();
  const source = createRpicamSource(0, VIDEO, systemClock, silentLogger, () =>
    Promise.resolve({ kind: 'missing' }),
  );
  source.start(sink);
  expect((await sink.ended()).message).toMatch(/rpicam-vid is not installed: sudo apt install/);
});

test('a camera can be started again after its end and after a stop', async () => {
  const { source, sink } = startSource({ behaviour: 'crash' });
  await sink.ended();
  const second = new RecordingSink();
  source.start(second);
  await second.received(3);
  await source.stop();
  const third = new RecordingSink();
  source.start(third);
  await third.received(3);
});

function splitWhole(recording: string): string[] {
  return accessUnitsOf(readRecording(recording)).map(({ nalUnits }) =>
    Buffer.concat(nalUnits).toString('base64'),
  );
}

function runningPid(log: readonly { readonly pid?: number; readonly arguments?: readonly string[] }[]) {
  return log.find((entry) => entry.arguments?.includes('-o'))?.pid;
}
