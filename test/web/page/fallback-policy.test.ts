import { describe, expect, test } from '@jest/globals';
import { fallbackStep } from '../../../web/page/fallback-policy.ts';
import type { LiveState } from '../../../web/page/live-state.ts';
import type { Trouble } from '../../../web/page/trouble.ts';

const waiting = (trouble: Trouble): LiveState => ({ phase: 'waiting', trouble, retryAtMs: 0 });
const ended = (trouble: Trouble): LiveState => ({ phase: 'ended', trouble, canRetry: true });

describe('HLS', () => {
  test.each<[string, LiveState]>([
    ['ICE found no way', waiting({ kind: 'ice-failed', usesTurn: true })],
    ['a connection brings no picture', waiting({ kind: 'no-picture' })],
    ['the browser has no WebRTC', ended({ kind: 'no-webrtc' })],
    ['the browser has no H.264 by WebRTC', ended({ kind: 'no-h264' })],
  ])('starts at once when %s', (_why, state) => {
    expect(fallbackStep(state)).toBe('start');
  });

  test.each<[string, LiveState]>([
    ['a connection is being made', { phase: 'connecting', isRetry: false }],
    ['a connection was lost', waiting({ kind: 'lost' })],
  ])('starts a little later when %s', (_why, state) => {
    expect(fallbackStep(state)).toBe('await');
  });

  test.each<[string, LiveState]>([
    ['the live picture is there', { phase: 'playing' }],
    ['who watches has paused', { phase: 'paused' }],
    ['the camera is offline', waiting({ kind: 'camera-offline' })],
    ['there is no such camera', waiting({ kind: 'camera-unknown' })],
    ['the camera has no picture', waiting({ kind: 'camera-failed', detail: '' })],
    ['the camera has been stopped', ended({ kind: 'stopped', reason: 'stopped' })],
    ['the camera is private', ended({ kind: 'private' })],
    ['the view was refused', ended({ kind: 'refused', detail: '' })],
  ])('stops when %s', (_why, state) => {
    expect(fallbackStep(state)).toBe('stop');
  });

  test.each<[string, LiveState]>([
    ['the server does not answer', waiting({ kind: 'server-away' })],
    ['the broker is away', waiting({ kind: 'broker-away' })],
    ['the camera is late with its answer', waiting({ kind: 'timeout' })],
    ['the camera has no place left', waiting({ kind: 'camera-busy', detail: '' })],
  ])('goes on, but does not start, when %s', (_why, state) => {
    expect(fallbackStep(state)).toBe('hold');
  });
});
