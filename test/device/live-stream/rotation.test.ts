import { expect, test } from '@jest/globals';
import { Rotation } from '../../../device/live-stream/rotation.ts';

test('everybody is first in turn, and nobody is left out', () => {
  const rotation = new Rotation();
  expect([1, 2, 3, 4].map(() => rotation.next(new Set(['a', 'b', 'c'])).join(''))).toEqual([
    'abc',
    'bca',
    'cab',
    'abc',
  ]);
  expect(rotation.next([])).toEqual([]);
});
