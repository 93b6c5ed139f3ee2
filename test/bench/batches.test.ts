import { expect, test } from '@jest/globals';
import { batchesOf } from '../../bench/batches.ts';

test('viewers connect in batches that are all of them together', () => {
  expect(batchesOf(1)).toEqual([1]);
  expect(batchesOf(10)).toEqual([5, 5]);
  expect(batchesOf(12)).toEqual([5, 5, 2]);
});
