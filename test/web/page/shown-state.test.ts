import { describe, expect, test } from '@jest/globals';
import type { HlsState, LiveState } from '../../../web/page/live-state.ts';
import { isUnderWay, shownState, type ShownState } from '../../../web/page/shown-state.ts';
import type { Trouble } from '../../../web/page/trouble.ts';

const ON = { online: true, enabled: true };
const OFF = { online: true, enabled: false };
const AWAY = { online: false, enabled: true };
const CONNECTING: LiveState = { phase: 'connecting', isRetry: true };
const NO_WAY: Trouble = { kind: 'ice-failed', usesTurn: false };

const waiting = (trouble: Trouble): LiveState => ({ phase: 'waiting', trouble, retryAtMs: 7 });
const ended = (trouble: Trouble): LiveState => ({ phase: 'ended', trouble, canRetry: false });

describe('HLS', () => {
  test.each<[string, LiveState, HlsState, ShownState['phase']]>([
    ['that plays stands in for a connection to come', CONNECTING, 'playing', 'delayed'],
    ['that plays stands in for one that waits', waiting(NO_WAY), 'playing', 'delayed'],
    ['that plays stands in for one that never comes', ended({ kind: 'no-webrtc' }), 'playing', 'delayed'],
    ['makes way for the live picture', { phase: 'playing' }, 'playing', 'playing'],
    ['is nothing in a pause', { phase: 'paused' }, 'playing', 'paused'],
    ['that begins is waited for', waiting(NO_WAY), 'starting', 'connecting'],
    ['that begins is waited for without WebRTC, too', ended({ kind: 'no-h264' }), 'starting', 'connecting'],
    ['that the browser refuses needs a tap', waiting(NO_WAY), 'refused', 'refused'],
    ['that broke off leaves what is wrong with WebRTC to be read', waiting(NO_WAY), 'broken', 'waiting'],
    ['that cannot be leaves what is wrong, too', ended({ kind: 'no-h264' }), 'impossible', 'ended'],
    ['that begins hides nothing else that is wrong', waiting({ kind: 'timeout' }), 'starting', 'waiting'],
  ])('%s', (_what, state, hls, phase) => {
    expect(shownState(state, { hls, camera: ON }).phase).toBe(phase);
  });
});

test('HLS that broke off is what was lost where there is no WebRTC', () => {
  const shown = shownState(ended({ kind: 'no-webrtc' }), { hls: 'broken', camera: ON });
  expect(shown).toMatchObject({ phase: 'ended', trouble: { kind: 'lost' } });
});

describe('the camera list explains', () => {
  test.each<[string, LiveState, typeof ON, Trouble['kind']]>([
    ['a refusal by a camera that is off', ended({ kind: 'refused', detail: '' }), OFF, 'private'],
    ['why a camera that is off cannot be reached', waiting(NO_WAY), OFF, 'private'],
    ['why a browser without WebRTC shows none that is off', ended({ kind: 'no-webrtc' }), OFF, 'private'],
    ['nothing of a camera that was turned off in the view', stoppedBy('disabled'), OFF, 'stopped'],
    ['why a browser without WebRTC shows no picture', ended({ kind: 'no-webrtc' }), AWAY, 'camera-offline'],
    ['nothing of what the server said last', waiting({ kind: 'broker-away' }), AWAY, 'broker-away'],
    ['nothing of a camera that is there', ended({ kind: 'no-webrtc' }), ON, 'no-webrtc'],
  ])('%s', (_what, state, camera, kind) => {
    expect(shownState(state, { hls: 'off', camera })).toMatchObject({
      phase: state.phase,
      trouble: { kind },
    });
  });
});

test.each<[ShownState, boolean]>([
  [{ phase: 'playing' }, true],
  [{ phase: 'delayed' }, true],
  [CONNECTING, true],
  [{ phase: 'refused' }, false],
  [{ phase: 'paused' }, false],
  [waiting(NO_WAY), false],
])('of %j there is something to pause: %s', (state, expected) => {
  expect(isUnderWay(state)).toBe(expected);
});

function stoppedBy(reason: 'stopped' | 'disabled'): LiveState {
  return ended({ kind: 'stopped', reason });
}
