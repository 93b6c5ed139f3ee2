import { describe, expect, test } from '@jest/globals';
import { LiveViewError, type LiveViewListener } from '../../../../camera-client/live-view.ts';
import { CameraError } from '../../../../contract/errors.ts';
import { HlsSessions } from '../../../../web/server/hls/hls-sessions.ts';
import { resourcesOfEachTest } from '../../../support/resources.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const LONG_MS = 60_000;
const resources = resourcesOfEachTest();

function open() {
  const opened: { device: string; listener: LiveViewListener; isClosed: boolean }[] = [];
  let nowMs = 0;
  const sessions = new HlsSessions({
    openView: (device, listener) => {
      const view = { device, listener, isClosed: false };
      opened.push(view);
      return {
        requestKeyframe: () => undefined,
        close: () => Promise.resolve(void (view.isClosed = true)),
      };
    },
    now: () => nowMs,
    wallClock: () => nowMs,
  });
  sessions.open();
  resources.own(sessions);
  return { sessions, opened, advance: (ms: number) => (nowMs += ms) };
}

const codeOf = async (playlist: Promise<string>) =>
  playlist.then(
    () => undefined,
    (error: unknown) => (error instanceof CameraError ? error.code : error),
  );

test('all who ask for a camera share one view of it, which ends when nobody asks any more', async () => {
  const { sessions, opened, advance } = open();
  const [one, other] = [sessions.playlist('door', LONG_MS), sessions.playlist('door', LONG_MS)].map(codeOf);
  expect(opened).toHaveLength(1);
  advance(11_000);
  await waitUntil('the end', () => opened[0]?.isClosed);
  expect(await Promise.all([one, other])).toEqual(['not_live', 'not_live']);
  expect(sessions.has('door')).toBe(false);
});

test('who waits is told why the camera cannot be watched, and the next one tries anew', async () => {
  const { sessions, opened } = open();
  const waiting = codeOf(sessions.playlist('door', LONG_MS));
  const cause = new CameraError('busy', 'The camera already has 10 viewers.');
  opened[0]?.listener.handleEnd(new LiveViewError('refused', cause.message, { cause }));
  expect(await waiting).toBe('busy');
  void codeOf(sessions.playlist('door', LONG_MS));
  expect(opened).toHaveLength(2);
});

test('a picture that does not come is a time-out, and leaves the camera for the next who asks', async () => {
  const { sessions, opened } = open();
  expect(await codeOf(sessions.playlist('door', 10))).toBe('timeout');
  expect(opened[0]?.isClosed).toBe(false);
});

test('no more cameras are watched at once than a server can bear', async () => {
  const { sessions } = open();
  const waiting = Array.from({ length: 8 }, (_, n) => codeOf(sessions.playlist(`door-${n}`, LONG_MS)));
  expect(await codeOf(sessions.playlist('one-more', LONG_MS))).toBe('busy');
  sessions.close();
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['not_live']));
});

describe('a camera that was stopped on purpose', () => {
  const stopped = new LiveViewError('stopped', 'stopped');

  test('is not turned on again by the players that go on asking, until somebody wants to see it', async () => {
    const { sessions, opened, advance } = open();
    const waiting = codeOf(sessions.playlist('door', LONG_MS));
    opened[0]?.listener.handleEnd(stopped);
    expect(await waiting).toBe('not_live');
    for (let asked = 0; asked < 10; asked += 1) {
      advance(2_000);
      expect(await codeOf(sessions.playlist('door', LONG_MS))).toBe('not_live');
    }
    expect(opened).toHaveLength(1);
    sessions.allow('door');
    void codeOf(sessions.playlist('door', LONG_MS));
    expect(opened).toHaveLength(2);
  });

  test('plays for whoever comes when those players have gone', async () => {
    const { sessions, opened, advance } = open();
    void codeOf(sessions.playlist('door', LONG_MS));
    sessions.stop('door');
    expect(await codeOf(sessions.playlist('door', LONG_MS))).toBe('not_live');
    advance(11_000);
    void codeOf(sessions.playlist('door', LONG_MS));
    expect(opened).toHaveLength(2);
  });
});
