import { expect, test } from '@jest/globals';
import { interleavedRuns } from '../../bench/interleaved-runs.ts';

const cases = [
  { variant: 'one', n: 5 },
  { variant: 'other', n: 5 },
];
const figure = { metric: 'delay', unit: 'ms', value: 1 };

test('variants take turns in each run', async () => {
  const order: string[] = [];
  const measure = ({ variant }: { variant: string }) => {
    order.push(variant);
    return Promise.resolve([figure]);
  };
  const bench = { name: 'b', runs: 2, cases, measure };
  const measurements = await interleavedRuns(bench, { quick: true, progress: () => undefined });
  expect(order).toEqual(['one', 'other', 'one', 'other']);
  expect(measurements.map(({ variant, n, run }) => [variant, n, run])).toEqual([
    ['one', 5, 1],
    ['other', 5, 1],
    ['one', 5, 2],
    ['other', 5, 2],
  ]);
});

test('what fails is tried once more, then told and left out of that run', async () => {
  let failures = 0;
  const lines: string[] = [];
  const measure = ({ variant }: { variant: string }) => {
    if (variant === 'one') return Promise.resolve([figure]);
    failures += 1;
    return Promise.reject(new Error('no connection'));
  };
  const bench = { name: 'b', runs: 1, cases, measure };
  const measurements = await interleavedRuns(bench, { quick: true, progress: (line) => lines.push(line) });
  expect(failures).toBe(2);
  expect(measurements).toHaveLength(1);
  expect(lines.at(-1)).toBe('b: other, n = 5 failed again and is left out: no connection');
});
