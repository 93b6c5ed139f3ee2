import type { Camera } from './api-client.ts';
import type { ShownState } from './shown-state.ts';
import type { Trouble } from './trouble.ts';

export interface Message {
  readonly title: string;
  readonly advice: string;
}

/** What went wrong and what to do, for the person who watches. */
export function describeTrouble(trouble: Trouble, camera: string): Message {
  switch (trouble.kind) {
    case 'camera-offline':
      return {
        title: `${camera} is offline`,
        advice: 'Check its power and its network. It plays here as soon as it is back.',
      };
    case 'camera-unknown':
      return {
        title: 'There is no such camera',
        advice: 'No camera of this name has been found. It plays here as soon as it turns up.',
      };
    case 'camera-busy':
      return { title: `${camera} is busy`, advice: trouble.detail };
    case 'camera-failed':
      return { title: `${camera} has no picture`, advice: trouble.detail };
    case 'stopped':
      return stopped(trouble.reason, camera);
    case 'server-away':
      return {
        title: 'The server does not answer',
        advice: 'Check your network, and that the Picam web server is running.',
      };
    case 'broker-away':
      return {
        title: 'The MQTT broker is away',
        advice: 'Without it no camera can be reached. Check that the broker is running.',
      };
    case 'timeout':
      return { title: `${camera} took too long to answer`, advice: 'Its network may be slow or gone.' };
    case 'refused':
      return { title: `${camera} refused the view`, advice: trouble.detail };
    case 'private':
      return {
        title: `${camera} is private`,
        advice: 'It has been turned off by its owner, and plays here as soon as it is on again.',
      };
    case 'no-webrtc':
      return {
        title: 'This browser cannot play live video',
        advice: 'WebRTC is missing or turned off. Use a current browser.',
      };
    case 'no-h264':
      return {
        title: 'This browser cannot play H.264',
        advice: 'Use a browser with H.264 video, such as Chrome, Edge, Safari or Firefox.',
      };
    case 'ice-failed':
      return { title: `No way through the network to ${camera}`, advice: adviceForIce(trouble.usesTurn) };
    case 'no-picture':
      return {
        title: `${camera} is connected but sends no picture`,
        advice: 'The log of the camera says why.',
      };
    case 'lost':
      return { title: 'The connection was lost', advice: 'Connecting again by itself.' };
  }
}

/** What a camera's tile says first; private is one that its owner has turned off. */
export function badgeOf({
  online,
  enabled,
  streaming,
  viewers,
}: Pick<Camera, 'online' | 'enabled' | 'streaming' | 'viewers'>) {
  if (!online) return 'Offline';
  if (!enabled) return 'Private';
  // A snapshot, too, turns a camera on for a moment.
  return streaming && viewers > 0 ? 'Live' : 'Online';
}

/** "Nobody watching", "2 watching" */
export function describeViewers(viewers: number): string {
  return viewers === 0 ? 'Nobody watching' : `${viewers} watching`;
}

export const FALLBACK_BEGAN =
  'No direct way to the camera was found. This picture comes through the server, a few seconds late.';
export const FALLBACK_ENDED = 'Live again.';

/** How a view is, in two words. */
export function describeState(state: ShownState): string {
  switch (state.phase) {
    case 'connecting':
      return state.isRetry ? 'Not connected' : 'Connecting …';
    case 'playing':
      return 'Live';
    case 'delayed':
      return 'A few seconds late';
    case 'paused':
      return 'Paused';
    case 'waiting':
      return 'Not connected';
    case 'refused':
    case 'ended':
      return 'Not playing';
  }
}

/** "Trying again in 3 s" */
export function describePause(remainingMs: number): string {
  const seconds = Math.ceil(remainingMs / 1_000);
  return seconds <= 0 ? 'Trying again …' : `Trying again in ${seconds} s`;
}

function stopped(reason: 'stopped' | 'disabled', camera: string): Message {
  if (reason === 'disabled')
    return { title: `${camera} has been turned off`, advice: 'It plays here as soon as it is on again.' };
  return { title: `${camera} has been stopped`, advice: 'Someone stopped the camera on purpose.' };
}

function adviceForIce(usesTurn: boolean): string {
  return usesTurn
    ? 'Not even the TURN server could connect you; check that both ends reach it.'
    : 'From another network than the camera’s a TURN server is needed; none is configured.';
}
