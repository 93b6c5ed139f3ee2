import { describe, expect, test } from '@jest/globals';
import { SoundRing } from '../../../../homebridge-plugin/recording/sound/sound-ring.ts';
import { ManualClock } from '../../../device/manual-clock.ts';

const MOST = 100;
const NEVER = new AbortController().signal;

function setUp() {
  const clock = new ManualClock();
  return { clock, ring: new SoundRing(MOST, clock) };
}

/** Whether it is over, after whatever is due now. */
async function isOver(wait: Promise<void>): Promise<boolean> {
  let over = false;
  void wait.then(() => (over = true));
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  return over;
}

describe('the sound that is kept', () => {
  test('is the newest, and never more than allowed', () => {
    const { ring } = setUp();
    for (let place = 0; place < 1_000; place += 1) ring.add(place, Buffer.alloc(10));
    expect(ring.bytes).toBe(MOST * 10);
    expect([ring.at(899), ring.at(900), ring.at(999)].map((frame) => frame?.length)).toEqual([
      undefined,
      10,
      10,
    ]);
  });

  test('has no room for frames that are too long, and one frame in each place', () => {
    const { ring } = setUp();
    ring.add(1, Buffer.alloc(769));
    expect(ring.bytes).toBe(0);
    for (let round = 0; round < 500; round += 1) ring.add(1, Buffer.alloc(20));
    expect(ring.bytes).toBe(20);
  });

  test('stays bounded when the places jump, as they do when the camera sets its clock', () => {
    const { ring } = setUp();
    for (let place = 0; place < 500; place += 1)
      ring.add(place % 2 === 0 ? place : place * 1e9, Buffer.alloc(10));
    expect(ring.bytes).toBe(MOST * 10);
    for (let place = 500; place < 600; place += 1) ring.add(place, Buffer.alloc(10));
    expect(ring.at(599)).toBeDefined();
  });

  test('is waited for until it comes so far', async () => {
    const { ring, clock } = setUp();
    const wait = ring.reaches(3, { timeoutMs: 300, signal: NEVER });
    ring.add(1, Buffer.alloc(1));
    expect(await isOver(wait)).toBe(false);
    ring.add(2, Buffer.alloc(1));
    expect(await isOver(wait)).toBe(true);
    expect(await isOver(ring.reaches(3, { timeoutMs: 300, signal: NEVER }))).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  test('is waited for no longer than one wants to, and not once it is cleared', async () => {
    const { ring, clock } = setUp();
    const ending = new AbortController();
    const waits = () => ring.reaches(9, { timeoutMs: 300, signal: ending.signal });
    const late = waits();
    clock.advance(300);
    expect(await isOver(late)).toBe(true);
    const cleared = waits();
    ring.clear();
    expect(await isOver(cleared)).toBe(true);
    const aborted = waits();
    ending.abort();
    expect(await isOver(aborted)).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });
});
