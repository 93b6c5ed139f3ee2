import { expect, test } from '@jest/globals';
import { badgeOf, describePause, describeTrouble, describeViewers } from '../../../web/page/messages.ts';
import type { Trouble } from '../../../web/page/trouble.ts';

const EVERY_TROUBLE: readonly Trouble[] = [
  { kind: 'camera-offline' },
  { kind: 'camera-unknown' },
  { kind: 'camera-busy', detail: 'Ten people watch already.' },
  { kind: 'camera-failed', detail: 'The lens cap is on.' },
  { kind: 'stopped', reason: 'stopped' },
  { kind: 'stopped', reason: 'disabled' },
  { kind: 'server-away' },
  { kind: 'broker-away' },
  { kind: 'timeout' },
  { kind: 'refused', detail: 'No.' },
  { kind: 'no-webrtc' },
  { kind: 'no-h264' },
  { kind: 'ice-failed', usesTurn: false },
  { kind: 'ice-failed', usesTurn: true },
  { kind: 'no-picture' },
  { kind: 'lost' },
];

test('every trouble has its own words and an advice', () => {
  const messages = EVERY_TROUBLE.map((trouble) => describeTrouble(trouble, 'Garden'));
  expect(new Set(messages.map(({ title, advice }) => title + advice)).size).toBe(EVERY_TROUBLE.length);
  for (const { title, advice } of messages) {
    expect(title).toMatch(/\S/);
    expect(advice).toMatch(/\S\.$/);
  }
});

test('a failed connection speaks of TURN', () => {
  expect(describeTrouble({ kind: 'ice-failed', usesTurn: false }, 'Garden').advice).toContain(
    'TURN server is needed',
  );
  expect(describeTrouble({ kind: 'ice-failed', usesTurn: true }, 'Garden').advice).toContain(
    'TURN server could',
  );
});

test.each([
  [{ online: true, enabled: true, streaming: true, viewers: 1 }, 'Live'],
  [{ online: true, enabled: true, streaming: true, viewers: 0 }, 'Online'],
  [{ online: true, enabled: true, streaming: false, viewers: 0 }, 'Online'],
  [{ online: true, enabled: false, streaming: false, viewers: 0 }, 'Private'],
  [{ online: false, enabled: false, streaming: false, viewers: 0 }, 'Offline'],
  [{ online: false, enabled: true, streaming: true, viewers: 1 }, 'Offline'],
])('a camera with %j has the badge "%s"', (camera, badge) => {
  expect(badgeOf(camera)).toBe(badge);
});

test.each([
  [0, 'Nobody watching'],
  [1, '1 watching'],
  [2, '2 watching'],
])('%i viewers are "%s"', (viewers, text) => {
  expect(describeViewers(viewers)).toBe(text);
});

test.each([
  [2_400, 'Trying again in 3 s'],
  [0, 'Trying again …'],
  [-50, 'Trying again …'],
])('%i ms before the next try', (remainingMs, text) => {
  expect(describePause(remainingMs)).toBe(text);
});
