import { expect, test } from '@jest/globals';
import { addedDelaysMs } from '../../../bench/home-leg/added-delays.ts';

test('each picture of each stream is compared with itself at first hand, and one that did not come there with none', () => {
  const firstHand = [
    { readyAtMs: 100, delayMs: 1 },
    { readyAtMs: 133, delayMs: 3 },
  ];
  const pictures = [
    { readyAtMs: 100, delayMs: 2.5 },
    { readyAtMs: 133, delayMs: 3.25 },
    { readyAtMs: 166, delayMs: 9 },
    { readyAtMs: 100, delayMs: 0.5 },
  ];
  expect(addedDelaysMs(pictures, firstHand)).toEqual([1.5, 0.25, -0.5]);
});
