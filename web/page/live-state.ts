import type { Trouble } from './trouble.ts';

/** How a live view is. */
export type LiveState =
  /** `isRetry`: what is wrong has been told already. */
  | { readonly phase: 'connecting'; readonly isRetry: boolean }
  | { readonly phase: 'playing' }
  /** By the person who watches. */
  | { readonly phase: 'paused' }
  | { readonly phase: 'waiting'; readonly trouble: Trouble; readonly retryAtMs: number }
  | { readonly phase: 'ended'; readonly trouble: Trouble; readonly canRetry: boolean };

/** How HLS is that stands in. */
export type HlsState =
  /** For the first time. */
  | 'starting'
  | 'playing'
  /** The browser plays nothing before a tap. */
  | 'refused'
  /** It broke off, or did not begin, and is tried again after a pause. */
  | 'broken'
  /** Somebody stopped the camera. Whoever watches begins anew. */
  | 'stopped'
  /** This browser knows no HLS. */
  | 'impossible';
