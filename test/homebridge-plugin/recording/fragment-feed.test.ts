import { describe, expect, test } from '@jest/globals';
import type { Fragment } from '../../../camera-client/fragments/fragment-builder.ts';
import { FragmentFeed } from '../../../homebridge-plugin/recording/fragment-feed.ts';
import { ManualClock } from '../../device/manual-clock.ts';
import { SETS, TICKS_PER_S } from '../../camera-client/fragments/made-pictures.ts';

const NEVER = new AbortController().signal;

function fragment(startS: number, durationS: number, changes: Partial<Fragment> = {}): Fragment {
  return {
    startTicks: startS * TICKS_PER_S,
    durationTicks: durationS * TICKS_PER_S,
    samples: [],
    parameterSets: SETS,
    bytes: 100,
    isLast: false,
    ...changes,
  };
}

function newFeed({ preRollMs = 4_000, maxBytes = 10_000 } = {}) {
  const clock = new ManualClock();
  return { clock, feed: new FragmentFeed({ preRollMs, maxBytes }, clock) };
}

/** When the fragments begin that a recording which begins now would read. */
async function kept(feed: FragmentFeed): Promise<number[]> {
  const starts: number[] = [];
  for (let from = feed.beginning; ;) {
    const next = await feed.next({ from, timeoutMs: 0, signal: AbortSignal.abort() });
    if (!next) return starts;
    starts.push(next.fragment.startTicks / TICKS_PER_S);
    from = next.number + 1;
  }
}

describe('the ring of fragments', () => {
  test('reaches back for the pre-roll, and no further than the fragment that it begins in', async () => {
    const { feed } = newFeed();
    for (let atS = 0; atS < 20; atS += 2) feed.add(fragment(atS, 2));
    expect(await kept(feed)).toEqual([16, 18]);
    feed.add(fragment(20, 1));
    expect(await kept(feed)).toEqual([16, 18, 20]);
  });

  test('takes no more bytes than allowed, whatever the pre-roll', async () => {
    const { feed } = newFeed({ maxBytes: 250 });
    for (let atS = 0; atS < 4; atS += 1) feed.add(fragment(atS, 1));
    expect(feed.bytes).toBe(200);
    expect(await kept(feed)).toEqual([2, 3]);
    feed.add(fragment(4, 1, { bytes: 300 }));
    expect(feed.bytes).toBe(0);
  });

  test('lets recordings begin only with what they can go on from', async () => {
    const { feed } = newFeed();
    feed.add(fragment(0, 1));
    feed.add(fragment(1, 1, { isLast: true }));
    expect(await kept(feed)).toEqual([]);
    feed.add(fragment(2, 1));
    expect(await kept(feed)).toEqual([2]);
    expect(feed.bytes).toBe(100);
  });

  test('gives what comes next to whoever waits', async () => {
    const { feed } = newFeed();
    const next = feed.next({ from: feed.beginning, timeoutMs: 1_000, signal: NEVER });
    feed.add(fragment(7, 1));
    expect(await next).toMatchObject({ fragment: { startTicks: 7 * TICKS_PER_S } });
  });

  test('lets nobody wait for longer than he wants to', async () => {
    const { feed, clock } = newFeed();
    const next = feed.next({ from: 0, timeoutMs: 1_000, signal: NEVER });
    clock.advance(1_000);
    expect(await next).toBeUndefined();
    expect(clock.pendingTimers).toBe(0);
  });

  test('lets go of whoever gives up', async () => {
    const { feed, clock } = newFeed();
    const ending = new AbortController();
    const next = feed.next({ from: 0, timeoutMs: 1_000, signal: ending.signal });
    ending.abort();
    expect(await next).toBeUndefined();
    expect(clock.pendingTimers).toBe(0);
  });

  test('keeps nothing once it is closed, and whoever waits hears of it', async () => {
    const { feed, clock } = newFeed();
    feed.add(fragment(0, 1));
    const next = feed.next({ from: 1, timeoutMs: 1_000, signal: NEVER });
    feed.close();
    expect(await next).toBeUndefined();
    expect(await feed.next({ from: 0, timeoutMs: 1_000, signal: NEVER })).toBeUndefined();
    expect({ bytes: feed.bytes, timers: clock.pendingTimers }).toEqual({ bytes: 0, timers: 0 });
  });
});
