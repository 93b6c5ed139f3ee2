import { expect, test } from '@jest/globals';
import { BitrateControl } from '../../../device/bitrate/bitrate-control.ts';
import { BitrateGovernor } from '../../../device/bitrate/bitrate-governor.ts';
import { LiveStream } from '../../../device/live-stream/live-stream.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { FakeSource } from '../fake-source.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingViewer } from '../recording-viewer.ts';

type Step = readonly [who: string, kbps: number | 'withdraw' | 'restore'] | number;

/** Steps: a wish, or seconds that pass. `applied`: what the source is told, in order. */
test.each<{ name: string; steps: readonly Step[]; applied: readonly number[] }>([
  { name: 'a cut comes at once', steps: [['a', 1500]], applied: [1500] },
  {
    name: 'the best link decides',
    steps: [
      ['b', 1800],
      ['a', 1200],
    ],
    applied: [1800],
  },
  { name: 'nothing is below the floor', steps: [['a', 100]], applied: [1000] },
  { name: 'nothing is above what is configured', steps: [['a', 9000], 20], applied: [] },
  { name: 'a raise waits', steps: [['a', 1200], ['a', 1700], 9.9], applied: [1200] },
  { name: 'a raise comes after ten seconds', steps: [['a', 1200], ['a', 1700], 10], applied: [1200, 1700] },
  {
    name: 'a raise goes to what is wished for when it is due',
    steps: [['a', 1200], ['a', 1900], 5, ['a', 1400], 5],
    applied: [1200, 1400],
  },
  {
    name: 'a raise that is no longer wished for is forgotten',
    steps: [['a', 1200], ['a', 1900], 5, ['a', 1200], 5, ['a', 1900], 9.9],
    applied: [1200],
  },
  {
    name: 'who leaves lets the others decide',
    steps: [
      ['a', 1900],
      ['b', 1200],
      ['a', 'withdraw'],
    ],
    applied: [1900, 1200],
  },
  {
    name: 'the last to leave raises it slowly',
    steps: [['a', 1200], ['a', 'withdraw'], 10],
    applied: [1200, 2000],
  },
  {
    name: 'idle restores at once',
    steps: [
      ['a', 1200],
      ['', 'restore'],
    ],
    applied: [1200, 2000],
  },
])('$name', ({ steps, applied }) => {
  const clock = new ManualClock();
  const told: number[] = [];
  const governor = new BitrateGovernor({ fullKbps: 2000, clock, apply: (kbps) => void told.push(kbps) });
  for (const step of steps) {
    if (typeof step === 'number') clock.advance(step * 1000);
    else if (step[1] === 'withdraw') governor.withdraw(step[0]);
    else if (step[1] === 'restore') governor.restore();
    else governor.wish(step[0], step[1]);
  }
  expect(told).toEqual(applied);
  governor.close();
  expect(clock.pendingTimers).toBe(0);
});

test('wishes reach the source, and end with the last viewer', async () => {
  const clock = new ManualClock();
  const source = new FakeSource(clock);
  const stream = new LiveStream({ source, clock, logger: silentLogger });
  const told: number[] = [];
  const control = new BitrateControl({
    source: { description: 'the camera', setBitrate: (kbps) => void told.push(kbps) },
    stream,
    fullKbps: 2000,
    clock,
  });
  control.open();
  expect(() => control.wish('a', 1500)).toThrow(/is off/u);
  const leave = stream.join(new RecordingViewer());
  expect(control.wish('a', 1500)).toEqual({ kbps: 1500, target: 1500 });
  expect(control.wish('a', 0)).toEqual({ kbps: 1500, target: 2000 });
  expect(told).toEqual([1500]);
  leave();
  expect(told).toEqual([1500, 2000]);
  control.close();
  await stream.close();
});

test('a source that cannot follow is refused in words', async () => {
  const clock = new ManualClock();
  const source = new FakeSource(clock);
  const stream = new LiveStream({ source, clock, logger: silentLogger });
  const control = new BitrateControl({
    source: { description: 'the USB camera' },
    stream,
    fullKbps: 2000,
    clock,
  });
  stream.start();
  expect(() => control.wish('a', 1500)).toThrow(/the USB camera cannot change its bit rate while it runs/u);
  await stream.close();
});
