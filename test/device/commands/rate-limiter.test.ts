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

test('inventing peers does not help: all of them together have ten times what one has', () => {
  let nowMs = 0;
  const limiter = new RateLimiter(() => nowMs);
  const offers = (peers: number) =>
    [...Array(peers).keys()].filter((peer) => limiter.take(`${nowMs}-${peer}`, 20) === 0).length;
  expect(offers(5_000)).toBe(500);
  expect(limiter.take('another', 20)).toBe(1);
  nowMs += 1_000;
  expect(offers(5_000)).toBe(25);
});

test('what is refused costs nobody anything', () => {
  const limiter = new RateLimiter(() => 0);
  for (let request = 0; request < 1_000; request += 1) limiter.take('greedy', 20);
  expect(limiter.take('modest', 1_000)).toBe(0);
});
