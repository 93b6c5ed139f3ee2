import { describe, expect, test } from '@jest/globals';
import { SequenceNumbers } from '../../../../device/viewer-session/media-path/sequence-numbers.ts';

describe('sequence numbers', () => {
  test('have no gap where pictures were left out, and lead back to the packets', () => {
    const numbers = new SequenceNumbers(10);
    expect(numbers.take(1_000, 5)).toBe(10);
    expect(numbers.take(1_005, 5)).toBe(15);
    expect(numbers.take(2_000, 5)).toBe(20);
    expect([9, 10, 19, 20, 24, 25].map((n) => numbers.packetIndexOf(n))).toEqual([
      undefined,
      1_000,
      1_009,
      2_000,
      2_004,
      undefined,
    ]);
  });

  test('lead back across many wraps', () => {
    const numbers = new SequenceNumbers(32_767);
    for (let index = 0; index < 400_000; index += 800) {
      numbers.take(index, 800);
      const distances = [0, 100, 2_000, 30_000].filter((distance) => distance <= index);
      const found = distances.map((back) => numbers.packetIndexOf((32_767 + index - back) & 0xffff));
      expect(found).toEqual(distances.map((back) => index - back));
    }
  });

  test('remember only so many places where pictures were left out', () => {
    const numbers = new SequenceNumbers(0);
    for (let n = 0; n < 100; n += 1) numbers.take(n * 50, 10);
    expect(numbers.packetIndexOf(999)).toBe(99 * 50 + 9);
    expect(numbers.packetIndexOf(0)).toBeUndefined();
  });

  test('know nothing before the first packet', () => {
    expect(new SequenceNumbers(5).packetIndexOf(4)).toBeUndefined();
    expect(new SequenceNumbers(5).packetIndexOf(5)).toBeUndefined();
  });
});
