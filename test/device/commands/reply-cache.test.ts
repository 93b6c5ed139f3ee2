import { expect, test } from '@jest/globals';
import { ReplyCache } from '../../../device/commands/reply-cache.ts';

test('a repetition gets the same reply, also while the first still runs', async () => {
  const cache = new ReplyCache(() => 0);
  let runs = 0;
  let finish: (reply: string) => void = () => undefined;
  const execute = () => {
    runs += 1;
    return new Promise<string>((resolve) => (finish = resolve));
  };
  const replies = [cache.answer('peer', 'info', 'id', execute), cache.answer('peer', 'info', 'id', execute)];
  finish('done');
  expect(await Promise.all([...replies, cache.answer('peer', 'info', 'id', execute)])).toEqual([
    'done',
    'done',
    'done',
  ]);
  expect(runs).toBe(1);
});

test('an id of its own for each op is not needed', async () => {
  const cache = new ReplyCache(() => 0);
  const answers = ['info', 'ping', 'info'].map((op) => cache.answer('a', op, '1', () => Promise.resolve(op)));
  expect(await Promise.all(answers)).toEqual(['info', 'ping', 'info']);
});

test('another peer, another id and a minute later are another request', async () => {
  let nowMs = 0;
  let runs = 0;
  const cache = new ReplyCache(() => nowMs);
  const execute = () => Promise.resolve(String((runs += 1)));
  expect(await cache.answer('a', 'info', '1', execute)).toBe('1');
  expect(await cache.answer('b', 'info', '1', execute)).toBe('2');
  expect(await cache.answer('a', 'info', '2', execute)).toBe('3');
  nowMs = 59_999;
  expect(await cache.answer('a', 'info', '1', execute)).toBe('1');
  nowMs = 60_000;
  expect(await cache.answer('a', 'info', '1', execute)).toBe('4');
  expect(cache.size).toBe(1);
});

test('neither many nor large replies fill the memory', async () => {
  const cache = new ReplyCache(() => 0);
  for (let id = 0; id < 3_000; id += 1)
    await cache.answer('many', 'info', String(id), () => Promise.resolve(''));
  expect(cache.size).toBeLessThanOrEqual(2_001);
  const large = 'x'.repeat(64 * 1024);
  for (let id = 0; id < 300; id += 1)
    await cache.answer('large', 'info', String(id), () => Promise.resolve(large));
  expect(cache.size).toBeLessThanOrEqual(129);
});
