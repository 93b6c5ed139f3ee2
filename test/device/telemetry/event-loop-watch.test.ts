import { expect, test } from '@jest/globals';
import { EventLoopWatch } from '../../../device/telemetry/event-loop-watch.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { ManualClock } from '../manual-clock.ts';

const resources = resourcesOfEachTest();
const WINDOW_MS = 30_000;

function setUp() {
  const clock = new ManualClock();
  return { clock, watch: resources.own(new EventLoopWatch(clock)) };
}

function blockFor(durationMs: number): void {
  for (const endMs = performance.now() + durationMs; performance.now() < endMs;);
}

test('a blocked event loop shows, for this window and the next', async () => {
  const { clock, watch } = setUp();
  expect(watch.read()).toBeNull();
  await waitUntil('a first measurement', () => watch.read());
  blockFor(400);
  const worst = await waitUntil('the delay', () => {
    const told = watch.read();
    return (told?.maxMs ?? 0) >= 300 && told;
  });
  expect(worst.p50Ms).toBeLessThanOrEqual(worst.p99Ms);
  expect(worst.p99Ms).toBeLessThanOrEqual(worst.maxMs);
  clock.advance(WINDOW_MS);
  expect(watch.read()?.maxMs).toBe(worst.maxMs);
  await waitUntil('a measurement', () => watch.read());
  clock.advance(WINDOW_MS);
  expect(watch.read()?.maxMs ?? 0).toBeLessThan(worst.maxMs);
});

test('nothing is measured while nobody asks', () => {
  const { clock, watch } = setUp();
  expect(clock.pendingTimers).toBe(0);
  watch.read();
  expect(clock.pendingTimers).toBe(1);
  clock.advance(4 * WINDOW_MS);
  expect(clock.pendingTimers).toBe(1);
  clock.advance(WINDOW_MS);
  expect(clock.pendingTimers).toBe(0);
});
