import { expect, test } from '@jest/globals';
import { MessagePace } from '../../../../device/viewer-session/data-channel/message-pace.ts';
import { ManualClock } from '../../manual-clock.ts';

function paced(perSecond: number) {
  const clock = new ManualClock();
  const handed: string[] = [];
  const pace = new MessagePace({ clock, perSecond, handle: (text) => void handed.push(text) });
  return { clock, handed, pace };
}

test('messages pass at once, a second of them', () => {
  const { pace, handed } = paced(10);
  for (let sent = 0; sent < 10; sent += 1) pace.push(String(sent));
  expect(handed).toHaveLength(10);
});

test('of more the newest comes when it is its turn, and those before it are left out', () => {
  const { clock, pace, handed } = paced(10);
  for (let sent = 0; sent < 10; sent += 1) pace.push('go');
  handed.length = 0;
  for (const text of ['faster', 'slower', 'stop']) pace.push(text);
  clock.advance(99);
  expect(handed).toEqual([]);
  clock.advance(2);
  expect(handed).toEqual(['stop']);
  clock.advance(10_000);
  expect(handed).toEqual(['stop']);
});

test('what comes for ten seconds without a pause is cut down to the pace', () => {
  const { clock, pace, handed } = paced(50);
  for (let ms = 0; ms < 10_000; ms += 1) {
    pace.push(String(ms));
    clock.advance(1);
  }
  expect(handed.length).toBeGreaterThan(500);
  expect(handed.length).toBeLessThan(560);
  clock.advance(100);
  expect(handed.at(-1)).toBe('9999');
});

test('nothing comes after the end', () => {
  const { clock, pace, handed } = paced(1);
  pace.push('first');
  pace.push('second');
  pace.close();
  clock.advance(10_000);
  expect(handed).toEqual(['first']);
  expect(clock.pendingTimers).toBe(0);
});
