import type { BenchCase } from '../interleaved-runs.ts';

export const SOURCES = ['test source', 'Picamera2'] as const;
export type BenchSource = (typeof SOURCES)[number];

/** `n` is the seconds from one key frame to the next. */
export interface CameraCase extends BenchCase {
  readonly source: BenchSource;
  /** Whether the encoder runs already. */
  readonly isWarm: boolean;
}

export function cameraCases(keyframeIntervalsS: readonly number[], sources: readonly BenchSource[]) {
  return keyframeIntervalsS.flatMap((n) =>
    sources.flatMap((source) => [cameraCase(n, source, false), cameraCase(n, source, true)]),
  );
}

function cameraCase(n: number, source: BenchSource, isWarm: boolean): CameraCase {
  return { n, source, isWarm, variant: `${isWarm ? 'warm' : 'cold'}, ${source}` };
}
