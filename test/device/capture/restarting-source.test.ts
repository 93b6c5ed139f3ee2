import { expect, test } from '@jest/globals';
import { RestartingSource } from '../../../device/capture/restarting-source.ts';
import { createSource } from '../../../device/capture/open-source.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { accessUnitBytes } from '../../../media/access-unit.ts';
import { childrenNamed } from '../child-processes.ts';
import { FakeSource } from '../fake-source.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingSink } from '../recording-sink.ts';

const PAUSE_MS = 60_000;
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function setUp() {
  const clock = new ManualClock();
  const made: { readonly kbps: number; readonly source: FakeSource }[] = [];
  const source = new RestartingSource({
    create: (kbps) => {
      const camera = new FakeSource(clock);
      made.push({ kbps, source: camera });
      return camera;
    },
    bitrateKbps: 2000,
    pauseMs: PAUSE_MS,
    clock,
    logger: silentLogger,
  });
  const sink = new RecordingSink();
  const running = () => made.filter(({ source: camera }) => camera.running).map(({ kbps }) => kbps);
  /** Lets time pass, and what is asynchronous with it happen. */
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settled();
  };
  return { clock, source, sink, running, pass, newest: () => made.at(-1)?.source };
}

test('the first change comes at once, and its pictures go on at the same sink', async () => {
  const { source, sink, running, pass, newest } = setUp();
  source.start(sink);
  source.setBitrate(1000);
  await pass(0);
  expect(running()).toEqual([1000]);
  newest()?.keyframe();
  expect(sink.units).toHaveLength(1);
  expect(sink.errors).toEqual([]);
  await source.stop();
  expect(running()).toEqual([]);
});

test('the next one waits out the pause and brings the newest wish', async () => {
  const { source, sink, running, pass } = setUp();
  source.start(sink);
  source.setBitrate(1000);
  await pass(0);
  source.setBitrate(1500);
  source.setBitrate(1800);
  await pass(PAUSE_MS - 1);
  expect(running()).toEqual([1000]);
  await pass(1);
  expect(running()).toEqual([1800]);
  await source.stop();
});

test('a small change is not worth it, and one that is taken back is forgotten', async () => {
  const { clock, source, sink, running, pass } = setUp();
  source.start(sink);
  source.setBitrate(1700);
  source.setBitrate(1000);
  source.setBitrate(2000);
  await pass(PAUSE_MS);
  expect(running()).toEqual([2000]);
  expect(clock.pendingTimers).toBe(0);
  await source.stop();
});

test('while it is off, the next start has the change', async () => {
  const { source, sink, running } = setUp();
  source.setBitrate(1900);
  source.start(sink);
  expect(running()).toEqual([1900]);
  await source.stop();
});

test('stopped in the middle of a restart it stays off', async () => {
  const { clock, source, sink, running, newest } = setUp();
  source.start(sink);
  const camera = newest();
  if (camera) camera.isSlowToStop = true;
  source.setBitrate(1000);
  clock.advance(0);
  const stopped = source.stop();
  camera?.finishStop();
  await settled();
  camera?.finishStop();
  await stopped;
  expect(running()).toEqual([]);
});

test('its failure is told once, and it can be started again', async () => {
  const { source, sink, running, newest } = setUp();
  source.start(sink);
  source.setBitrate(1000);
  newest()?.fail('the cable was pulled');
  expect(sink.errors).toHaveLength(1);
  source.start(sink);
  expect(running()).toEqual([1000]);
  await source.stop();
});

test('a camera that does not stop is told as a failure', async () => {
  const { source, sink, pass, newest } = setUp();
  source.start(sink);
  Object.assign(newest() ?? {}, { stop: () => Promise.reject(new Error('the driver hangs')) });
  source.setBitrate(1000);
  await pass(0);
  expect(sink.errors[0]?.message).toMatch(/could not be restarted: .*the driver hangs/u);
});

test('the test picture really gets another bit rate, where that is configured and only there', async () => {
  const video = { width: 640, height: 360, fps: 30, bitrateKbps: 2000, keyframeIntervalS: 1 };
  expect(createSource('test', video, silentLogger).setBitrate).toBeUndefined();
  const source = createSource('test', { ...video, bitrateRestartPauseS: 60 }, silentLogger);
  const sink = new RecordingSink();
  source.start(sink);
  const kbpsOfNext = async (count: number) => {
    const from = sink.units.length;
    await sink.received(from + count);
    const units = sink.units.slice(from, from + count);
    return (units.reduce((sum, unit) => sum + accessUnitBytes(unit), 0) * 8 * 30) / count / 1000;
  };
  const before = await kbpsOfNext(60);
  const [encoder] = await childrenNamed('ffmpeg');
  source.setBitrate?.(500);
  await sink.received(sink.units.length + 40);
  const after = await kbpsOfNext(60);
  expect(await childrenNamed('ffmpeg')).not.toContain(encoder);
  await source.stop();
  console.log(`test picture: ${Math.round(before)} kbit/s, after a restart ${Math.round(after)}`);
  expect(after).toBeLessThan(before / 2);
});
