import type { LiveState } from './live-state.ts';
import type { Trouble } from './trouble.ts';

export type FallbackStep =
  /** HLS is wanted unless the live picture comes soon. */
  | 'await'
  /** HLS is wanted now. */
  | 'start'
  /** Nothing new is begun; what plays goes on. */
  | 'hold'
  /** There is no place for HLS. */
  | 'stop';

/** What a live view's state means for HLS, which stands in where WebRTC finds no way though the camera would send. */
export function fallbackStep(state: LiveState): FallbackStep {
  switch (state.phase) {
    case 'connecting':
      return 'await';
    case 'playing':
    case 'paused':
      return 'stop';
    case 'waiting':
    case 'ended':
      return stepAfter(state.trouble);
  }
}

function stepAfter({ kind }: Trouble): FallbackStep {
  switch (kind) {
    case 'ice-failed':
    case 'no-picture':
    case 'no-webrtc':
    case 'no-h264':
      return 'start';
    case 'lost':
      return 'await';
    // The server reaches the camera, or does not, whatever becomes of an offer.
    case 'timeout':
    case 'camera-busy':
    case 'server-away':
    case 'broker-away':
      return 'hold';
    case 'camera-offline':
    case 'camera-unknown':
    case 'camera-failed':
    case 'stopped':
    case 'refused':
    case 'private':
      return 'stop';
  }
}
