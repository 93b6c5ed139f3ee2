import { expect, test } from '@jest/globals';
import { DelayHistogram } from '../../../device/telemetry/delay-histogram.ts';

const SECOND_US = 1_000_000;
const NEVER = { count: 0, sumMs: 0, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null };

test('nothing recorded reads as nothing, not as zero', () => {
  expect(new DelayHistogram().read(5 * SECOND_US)).toEqual(NEVER);
});

test.each([
  ['even', (n: number) => n * 20],
  ['with a long tail', (n: number) => Math.floor(100 * 1.01 ** n)],
  ['nearly all alike', (n: number) => (n % 50 === 0 ? 300_000 : 2_000)],
])('percentiles of delays that are %s are right within three per cent', (_, delayOf) => {
  const histogram = new DelayHistogram();
  const delays = Array.from({ length: 1_000 }, (__, n) => delayOf(n));
  for (const delay of delays) histogram.record(delay, SECOND_US);
  delays.sort((one, other) => one - other);
  const exactMs = (rank: number) => (delays[rank - 1] ?? 0) / 1_000;
  const { p50Ms, p95Ms, p99Ms, maxMs, count, sumMs } = histogram.read(SECOND_US);
  for (const [told, exact] of [
    [p50Ms, exactMs(500)],
    [p95Ms, exactMs(950)],
    [p99Ms, exactMs(990)],
  ] as const) {
    expect(Math.abs((told ?? 0) - exact)).toBeLessThanOrEqual(exact * 0.0313);
  }
  expect(maxMs).toBe(exactMs(1_000));
  expect(count).toBe(1_000);
  expect(sumMs).toBeCloseTo(delays.reduce((sum, delay) => sum + delay, 0) / 1_000, 6);
});

test('every delay up to a minute has a bucket of its own size, in order', () => {
  for (let us = 0; us < 2 ** 26; us = Math.max(us + 1, Math.floor(us * 1.07))) {
    const histogram = new DelayHistogram();
    histogram.record(us, 0);
    histogram.record(us * 2, 0);
    const toldUs = (histogram.read(0).p50Ms ?? -1) * 1_000;
    expect(Math.abs(toldUs - us)).toBeLessThanOrEqual(us / 32);
  }
});

test('what is older than half a minute no longer counts for percentiles, but for the sums', () => {
  const histogram = new DelayHistogram();
  histogram.record(500_000, 2 * SECOND_US);
  for (let second = 3; second < 60; second += 1) histogram.record(1_000, second * SECOND_US);
  const later = histogram.read(59 * SECOND_US);
  expect(later).toMatchObject({ count: 58, maxMs: 1 });
  expect(later.p99Ms).toBeCloseTo(1, 1);
  expect(later.sumMs).toBe(557);
  expect(histogram.read(200 * SECOND_US)).toEqual({ ...NEVER, count: 58, sumMs: 557 });
});

test('a delay within the window still counts', () => {
  const histogram = new DelayHistogram();
  histogram.record(500_000, 2 * SECOND_US);
  histogram.record(1_000, 20 * SECOND_US);
  expect(histogram.read(26 * SECOND_US).maxMs).toBe(500);
});

test('a delay that cannot be is kept within what there is', () => {
  const histogram = new DelayHistogram();
  histogram.record(-5, 0);
  expect(histogram.read(0)).toMatchObject({ count: 1, sumMs: 0, maxMs: 0 });
  histogram.record(1e12, 0);
  expect(histogram.read(0).maxMs).toBeCloseTo(67_108.863, 3);
});
