import { expect, test } from '@jest/globals';
import { EarlyCloses } from '../../../web/server/early-closes.ts';

const push = (session: string) => ({ session, reason: 'stopped' as const });

test('a close that comes before its view is kept, and told once to the view of that camera', () => {
  const closes = new EarlyCloses(() => 0);
  closes.keep('front', push('a'));
  expect(closes.take('back', 'a')).toBeUndefined();
  expect(closes.take('front', 'a')).toEqual(push('a'));
  expect(closes.take('front', 'a')).toBeUndefined();
});

test('a close is forgotten after some seconds', () => {
  let nowMs = 0;
  const closes = new EarlyCloses(() => nowMs);
  closes.keep('front', push('a'));
  nowMs = 5_001;
  expect(closes.take('front', 'a')).toBeUndefined();
});

test('a flood of closes drops the oldest', () => {
  const closes = new EarlyCloses(() => 0);
  for (let count = 0; count <= 200; count += 1) closes.keep('front', push(`s${count}`));
  expect(closes.take('front', 's0')).toBeUndefined();
  expect(closes.take('front', 's200')).toEqual(push('s200'));
});
