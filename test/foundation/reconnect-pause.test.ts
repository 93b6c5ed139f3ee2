import { expect, test } from '@jest/globals';
import { reconnectPauseMs } from '../../foundation/reconnect-pause.ts';

test('grows from half a second to half a minute', () => {
  const longest = Array.from({ length: 9 }, (_, failures) => reconnectPauseMs(failures, 1));
  expect(longest).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  expect(reconnectPauseMs(100_000, 1)).toBe(30_000);
});

test('is spread over its upper half, so that clients do not come all at once', () => {
  expect([0, 0.25, 0.5, 1].map((random) => reconnectPauseMs(3, random))).toEqual([
    2_000, 2_500, 3_000, 4_000,
  ]);
});
