import { fallbackStep } from './fallback-policy.ts';
import type { HlsState, LiveState } from './live-state.ts';

/** What is told of a view. */
export type ShownState =
  | LiveState
  /** By HLS. */
  | { readonly phase: 'delayed' }
  /** The browser plays nothing before a tap. */
  | { readonly phase: 'refused' };

export interface SeenBeside {
  readonly hls: HlsState | 'off';
  /** What the list says of the camera, which may know more than who tried to connect. */
  readonly camera: { readonly online: boolean; readonly enabled: boolean } | undefined;
}

/** How a view is as a whole: what the live connection knows, and what stands in for it. */
export function shownState(state: LiveState, { hls, camera }: SeenBeside): ShownState {
  if (state.phase === 'playing' || state.phase === 'paused') return state;
  if (hls === 'playing') return { phase: 'delayed' };
  if (hls === 'refused') return { phase: 'refused' };
  if (state.phase === 'connecting') return state;
  if (camera?.enabled === false && state.trouble.kind !== 'stopped')
    return { ...state, trouble: { kind: 'private' } };
  if (fallbackStep(state) !== 'start') return state;
  // A browser without WebRTC never asks the camera.
  if (state.phase === 'ended' && camera?.online === false)
    return { ...state, trouble: { kind: 'camera-offline' } };
  if (hls === 'starting') return { phase: 'connecting', isRetry: false };
  // The other way, at least, this browser knows.
  return state.phase === 'ended' && hls === 'broken' ? { ...state, trouble: { kind: 'lost' } } : state;
}

/** Whether there is something to pause. */
export function isUnderWay({ phase }: ShownState): boolean {
  return phase === 'playing' || phase === 'connecting' || phase === 'delayed';
}
