import { expect, test } from '@jest/globals';
import { RateLimiter } from '../../../device/commands/rate-limiter.ts';

test('a peer may ask much at once, and then only so much a second', () => {
  let nowMs = 0;
  const limiter = new RateLimiter(() => nowMs);
  for (let request = 0; request < 1_000; request += 1) expect(limiter.take('peer', 1)).toBe(0);
  expect(limiter.take('peer', 1)).toBe(1);
  expect(limiter.take('peer', 100)).toBe(2);
  nowMs += 20;
  expect(limiter.take('peer', 1)).toBe(0);
  expect(limiter.take('peer', 1)).toBe(1);
});

test('one peer does not use up what is for another, and many peers do not fill the memory', () => {
  const limiter = new RateLimiter(() => 0);
  limiter.take('first', 1_000);
  expect(limiter.take('first', 1)).toBe(1);
  for (let peer = 0; peer < 1_000; peer += 1) expect(limiter.take(`peer-${peer}`, 1)).toBe(0);
  expect(limiter.take('first', 1)).toBe(0);
});
