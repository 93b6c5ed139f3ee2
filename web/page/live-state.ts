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
