import { expect, test } from '@jest/globals';
import { type Clock, systemClock } from '../../../../device/capture/clock.ts';
import { Picamera2Source } from '../../../../device/capture/picamera2/picamera2-source.ts';
import type { SourceMotion } from '../../../../device/capture/source.ts';
import { silentLogger } from '../../../../foundation/logger.ts';
import { type AccessUnit, accessUnitBytes } from '../../../../media/access-unit.ts';
import { NalType, nalTypeOf } from '../../../../media/h264-nal.ts';
import { findSps } from '../../../../media/h264-suitability.ts';
import { isRunning } from '../../../support/processes.ts';
import { resourcesOfEachTest } from '../../../support/resources.ts';
import { installStandInPicamera2, type Picamera2Behaviour } from '../../../support/stand-in-picamera2.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { hurriedClock } from '../../hurried-clock.ts';
import { RecordingSink } from '../../recording-sink.ts';

/** A delay this long would be the difference of two clocks. */
const OTHER_CLOCK_MS = 1000;
const VIDEO = { width: 640, height: 360, fps: 30, bitrateKbps: 1500, keyframeIntervalS: 60 };
const START_TIMEOUT_MS = 15_000;
const resources = resourcesOfEachTest();

class TimedSink extends RecordingSink {
  readonly arrivedAtUs: number[] = [];

  override handleAccessUnit(unit: AccessUnit): void {
    this.arrivedAtUs.push(systemClock.nowUs());
    super.handleAccessUnit(unit);
  }
}

function startSource(behaviour: Picamera2Behaviour = 'still', clock: Clock = systemClock) {
  const standIn = resources.own(installStandInPicamera2(behaviour));
  const source = new Picamera2Source(0, VIDEO, clock, silentLogger);
  resources.onEnd('source', () => source.stop());
  const sink = new TimedSink();
  source.start(sink);
  /** Of the helper, once it has opened the camera. */
  const pid = () => standIn.log().find((entry) => entry.pid !== undefined)?.pid ?? 0;
  return { source, sink, standIn, pid };
}

async function startedSource(behaviour?: Picamera2Behaviour) {
  const started = startSource(behaviour);
  await waitUntil('the first pictures', started.sink.received(10), START_TIMEOUT_MS);
  return started;
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

test('the helper streams Constrained Baseline in the size that was asked for', async () => {
  const { sink } = await startedSource();
  const [first, ...others] = sink.units;
  expect(first?.isKeyframe).toBe(true);
  expect(first && findSps(first)).toMatchObject({ width: 640, height: 360 });
  expect(others.some((unit) => unit.isKeyframe)).toBe(false);
});

test('a picture arrives a few milliseconds after the sensor saw it', async () => {
  const { sink } = await startedSource('lively');
  await sink.received(100);
  const delaysMs = sink.units
    .map((unit, index) => ((sink.arrivedAtUs[index] ?? 0) - unit.captureTimeUs) / 1000)
    .slice(5);
  const median = medianOf(delaysMs);
  console.log(
    `picamera2: sensor to delivered, encoding included, median ${median.toFixed(1)} ms, most ${Math.max(...delaysMs).toFixed(1)} ms`,
  );
  expect(median).toBeGreaterThan(0);
  expect(median).toBeLessThan(OTHER_CLOCK_MS);
});

test('a key frame comes when it is asked for, with its parameter sets', async () => {
  const { source, sink } = await startedSource();
  const askedAfter = sink.units.length;
  source.requestKeyframe();
  const keyframe = await waitUntil('a key frame', () =>
    sink.units.slice(askedAfter).find((unit) => unit.isKeyframe),
  );
  expect(keyframe.nalUnits.map(nalTypeOf)).toEqual(
    expect.arrayContaining([NalType.sps, NalType.pps, NalType.idr]),
  );
  expect(sink.units.indexOf(keyframe) - askedAfter).toBeLessThan(15);
});

test('the bit rate changes down and up within a second, without a restart', async () => {
  const { source, sink, pid } = await startedSource('lively');
  const measured: number[] = [];
  for (const bitrateKbps of [1500, 400, 3000]) {
    source.setBitrate(bitrateKbps);
    await sink.received(sink.units.length + 30);
    measured.push(kbpsOf(await next(sink, 30)));
  }
  console.log(`picamera2: kbit/s measured for 1500, 400, 3000: ${measured.map(Math.round).join(', ')}`);
  const [before = 0, lower = 0, higher = 0] = measured;
  expect(before).toBeGreaterThan(1000);
  expect(lower).toBeLessThan(550);
  expect(higher).toBeGreaterThan(2200);
  expect(isRunning(pid())).toBe(true);
});

test.each([
  ['main', 640],
  ['lores', 320],
] as const)('a snapshot of %s is taken while the stream goes on', async (stream, width) => {
  const { source, sink } = await startedSource();
  const before = sink.units.length;
  const jpeg = await source.takeSnapshot({ stream, quality: 80 });
  expect(jpeg.subarray(0, 3).toString('hex')).toBe('ffd8ff');
  expect(widthOfJpeg(jpeg)).toBe(width);
  await sink.received(before + 20);
});

test('motion is told when it begins and when it has ended', async () => {
  const { source } = await startedSource('moving');
  const heard: SourceMotion[] = [];
  const end = source.onMotion({ sensitivity: 50, coolDownMs: 400 }, (motion) => heard.push(motion));
  await waitUntil('three changes', () => heard.length >= 3, 10_000);
  end();
  const moving = heard.map(({ isMoving }) => isMoving);
  expect(moving.slice(0, 3)).toEqual([true, false, true]);
  expect(heard[0]?.score).toBeGreaterThan(7);
});

test('neither a still scene nor a change of the controls is motion', async () => {
  const { source, sink } = await startedSource();
  const heard: SourceMotion[] = [];
  source.onMotion({ sensitivity: 50, coolDownMs: 400 }, (motion) => heard.push(motion));
  await source.setControls({ brightness: 0.5 });
  await sink.received(sink.units.length + 45);
  expect(heard).toEqual([]);
});

test('controls are set, and one that the camera has not is refused in words', async () => {
  const { source, sink } = await startedSource();
  await source.setControls({ brightness: 0.2, roi: { x: 0.25, y: 0.25, width: 0.5, height: 0.5 } });
  await expect(source.setControls({ focus: 'continuous' })).rejects.toMatchObject({
    code: 'bad_request',
    message: expect.stringMatching(/this camera has no focus \(AfMode\)/),
  });
  const before = sink.units.length;
  await source.setControls({ flip: { horizontal: true, vertical: false } });
  await sink.received(before + 20);
  expect(sink.units.slice(before).some((unit) => unit.isKeyframe)).toBe(true);
});

test('the frame rate changes without a restart', async () => {
  const { source, sink } = await startedSource();
  source.setFps(10);
  await sink.received(sink.units.length + 5);
  const timesUs = (await next(sink, 11)).map(({ captureTimeUs }) => captureTimeUs);
  const intervalsMs = timesUs.slice(1).map((timeUs, index) => (timeUs - (timesUs[index] ?? 0)) / 1000);
  expect(medianOf(intervalsMs)).toBeGreaterThan(70);
});

test.each([
  ['no-camera', /camera 0 was not found.*ribbon cable/],
  ['busy', /camera 0 is used by another program/],
  ['encoder-dies', /failed in Picamera2 \(.*frame/],
] as const)('%s is told in words', async (behaviour, words) => {
  const { sink } = startSource(behaviour);
  const error = await waitUntil('the end', sink.ended(), START_TIMEOUT_MS);
  expect(error.message).toMatch(words);
});

test('without Picamera2 the message says what to install', async () => {
  const sink = new RecordingSink();
  const source = new Picamera2Source(0, VIDEO, systemClock, silentLogger);
  source.start(sink);
  const error = await waitUntil('the end', sink.ended(), START_TIMEOUT_MS);
  expect(error.message).toMatch(/not installed.*sudo apt install python3-picamera2/);
});

test('a dead sensor is noticed by its silence', async () => {
  const { sink, pid } = startSource('silence', hurriedClock(3));
  const error = await waitUntil('the end', sink.ended(), START_TIMEOUT_MS);
  expect(error.message).toMatch(/gave no pictures/);
  expect(isRunning(pid())).toBe(false);
});

test('a snapshot of a camera that is off is refused at once', async () => {
  const source = new Picamera2Source(0, VIDEO, systemClock, silentLogger);
  await expect(source.takeSnapshot({ stream: 'main', quality: 80 })).rejects.toThrow(/the camera is off/);
});

test('stop ends the helper, also one whose camera hangs', async () => {
  const { source, sink, pid } = await startedSource('hangs-on-close');
  const pending = expect(source.takeSnapshot({ stream: 'main', quality: 80 })).rejects.toThrow(/off/);
  await source.stop();
  await pending;
  expect(isRunning(pid())).toBe(false);
  expect(sink.errors).toEqual([]);
});

test('settings outlast a restart', async () => {
  const { source } = await startedSource('lively');
  source.setBitrate(400);
  await source.stop();
  const again = new RecordingSink();
  source.start(again);
  await waitUntil('pictures', again.received(35), START_TIMEOUT_MS);
  expect(kbpsOf(await next(again, 30))).toBeLessThan(600);
});

async function next(sink: RecordingSink, count: number): Promise<AccessUnit[]> {
  const from = sink.units.length;
  await sink.received(from + count);
  return sink.units.slice(from, from + count);
}

/** At 30 pictures a second. */
function kbpsOf(units: readonly AccessUnit[]): number {
  const bytes = units.reduce((sum, unit) => sum + accessUnitBytes(unit), 0);
  return (bytes * 8 * 30) / units.length / 1000;
}

/** Width in the frame header (ITU-T T.81 B.2.2) of a baseline JPEG. */
function widthOfJpeg(jpeg: Buffer): number {
  return jpeg.readUInt16BE(jpeg.indexOf(Buffer.from([0xff, 0xc0])) + 7);
}
