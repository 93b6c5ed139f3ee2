import { expect, test } from '@jest/globals';
import { delaysMs } from '../../../bench/chromium/match.ts';

const MODULUS = 2 ** 32;
const sent = [0, 31, 66, 98, 135, 163].map((sentAtMs) => ({ sentAtMs, rtpTimestamp: sentAtMs * 90 }));

function shown(offset: number, delays: readonly number[]) {
  return sent.flatMap(({ sentAtMs, rtpTimestamp }, n) => {
    const delay = delays[n];
    if (delay === undefined) return [];
    return [{ rtpTimestamp: (rtpTimestamp + offset) % MODULUS, shownAtMs: sentAtMs + delay }];
  });
}

test.each([
  ['none', 0],
  ['some', 123_456_789],
  ['one that wraps on the way', MODULUS - 5_000],
])('pictures are found whatever number their sender adds to the timestamps: %s', (_, offset) => {
  expect(delaysMs(sent, shown(offset, [4, 5, 6, 7, 8, 9]))).toEqual([4, 5, 6, 7, 8, 9]);
});

test('pictures that were never shown, and those sent before, have no delay', () => {
  const before = { rtpTimestamp: 77 - 1_234, shownAtMs: -10 };
  const some = shown(77, [4, 5, 6, 7]);
  expect(delaysMs(sent, [before, ...some])).toEqual([4, 5, 6, 7]);
});

test('nothing shown has no delays', () => {
  expect(delaysMs(sent, [])).toEqual([]);
});
