import type { Trouble } from './trouble.ts';

const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** A camera that has no place left, or a network without a way through, does not change within a second. */
const SLOW_PAUSE_MS = 5_000;
/** While HLS stands in: each attempt takes one of the camera's places for a while. */
const SHORTEST_COVERED_PAUSE_MS = 15_000;
const LONGEST_COVERED_PAUSE_MS = 60_000;

export type NextStep =
  | { readonly step: 'retry'; readonly afterMs: number }
  /** Only a click plays again. */
  | { readonly step: 'ask' }
  /** Nothing this page does would help. */
  | { readonly step: 'give-up' };

/**
 * What to do after the `failures`-th failure in a row (1 for the first): pauses double up to 15 s, and are spread by
 * `random` (0 to 1) so that many viewers do not come back at once. They are longer, up to a minute, while pictures come
 * another way (`isCovered`).
 */
export function nextStep(trouble: Trouble, failures: number, random: number, isCovered = false): NextStep {
  switch (trouble.kind) {
    case 'stopped':
    case 'refused':
    case 'private':
      return { step: 'ask' };
    case 'no-webrtc':
    case 'no-h264':
      return { step: 'give-up' };
    case 'camera-busy':
    case 'ice-failed':
      return { step: 'retry', afterMs: Math.max(SLOW_PAUSE_MS, pauseMs(failures, random, isCovered)) };
    default:
      return { step: 'retry', afterMs: pauseMs(failures, random, isCovered) };
  }
}

function pauseMs(failures: number, random: number, isCovered: boolean): number {
  const [shortest, longest] = isCovered
    ? [SHORTEST_COVERED_PAUSE_MS, LONGEST_COVERED_PAUSE_MS]
    : [SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS];
  const ceiling = Math.min(longest, shortest * 2 ** (failures - 1));
  return Math.round(ceiling * (0.75 + 0.25 * random));
}
