import { describe, expect, test } from '@jest/globals';
import { percentile, ratiosOf, summarize } from '../../bench/results.ts';
import { drawTable } from '../../bench/table.ts';
import { judgeTargets } from '../../bench/targets.ts';
import { measured } from './measured.ts';

test('runs of the same thing are put together', () => {
  const results = summarize('fan-out', measured('picam', [3, 1, 2]), 'floor');
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

describe('a ratio', () => {
  // A machine that is ten times as slow in the second run.
  const measurements = [...measured('picam', [2, 20, 3]), ...measured('floor', [1, 10])];

  test('is one of figures of the same run', () => {
    expect(ratiosOf(measurements, { variant: 'picam', n: 10, metric: 'delay' }, 'floor')).toEqual([2, 2]);
  });

  test('is a result of its own', () => {
    const results = summarize('fan-out', measurements, 'floor');
    expect(results.find(({ unit }) => unit === '×')).toMatchObject({
      variant: 'picam',
      metric: 'delay × floor',
      median: 2,
      min: 2,
      max: 2,
      runs: 2,
    });
  });

  test('to the same metric of another number is none', () => {
    const other = measured('floor', [1], { n: 20 });
    expect(summarize('fan-out', [...measured('picam', [3]), ...other], 'floor')).toHaveLength(2);
  });
});

test('the table says how many times the reference each variant takes', () => {
  const results = summarize('fan-out', [...measured('picam', [3]), ...measured('floor', [2])], 'floor');
  expect(drawTable(results, 'viewers', 'floor').split('\n')).toEqual([
    'viewers  variant  delay, ms',
    '10       picam    3.00 (3.00–3.00)  ×1.50',
    '10       floor    2.00 (2.00–2.00)',
  ]);
});

describe('a target', () => {
  const target = { metric: 'delay', variant: 'picam', n: 10 };
  const measurements = [...measured('picam', [3, 4, 5]), ...measured('floor', [2, 2, 2])];

  test('may be a ratio', () => {
    expect(judgeTargets([{ ...target, against: 'floor', atMost: 2 }], measurements)).toEqual([
      'reached  picam, n = 10, delay: 2.00 (1.50–2.50), wanted at most 2 × floor',
    ]);
  });

  test('may be the figure itself', () => {
    expect(judgeTargets([{ ...target, atMost: 3.5 }], measurements)).toEqual([
      'missed   picam, n = 10, delay: 4.00 (3.00–5.00), wanted at most 3.5 ms',
    ]);
  });

  test('is passed over where nothing was measured', () => {
    expect(judgeTargets([{ ...target, n: 20, atMost: 1 }], measurements)).toEqual([]);
  });
});
