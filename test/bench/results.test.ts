import { expect, test } from '@jest/globals';
import { percentile, summarize } from '../../bench/results.ts';
import { drawTable } from '../../bench/table.ts';

const measured = (variant: string, value: number) => ({
  bench: 'fan-out',
  variant,
  n: 10,
  metric: 'delay',
  unit: 'ms',
  value,
});

test('runs of the same thing are put together', () => {
  const results = summarize([3, 1, 2].map((value) => measured('picam', value)));
  expect(results).toEqual([
    {
      bench: 'fan-out',
      variant: 'picam',
      n: 10,
      metric: 'delay',
      unit: 'ms',
      median: 2,
      min: 1,
      max: 3,
      runs: 3,
    },
  ]);
});

test('a percentile is a value that was measured', () => {
  const values = Array.from({ length: 100 }, (_, n) => 99 - n);
  expect([0.5, 0.95, 1].map((share) => percentile(values, share))).toEqual([50, 95, 99]);
  expect(percentile([], 0.5)).toBeNaN();
});

test('the table says how many times the floor each variant takes', () => {
  const results = summarize([measured('picam', 3), measured('floor', 2)]);
  expect(drawTable(results, 'floor').split('\n')).toEqual([
    'n   variant  delay, ms',
    '10  picam    3.00 (3.00–3.00)  ×1.50',
    '10  floor    2.00 (2.00–2.00)',
  ]);
});
