import { describeError } from '../foundation/logger.ts';
import type { BenchContext } from './bench.ts';
import type { Figure, Measurement } from './results.ts';

export interface BenchCase {
  readonly variant: string;
  readonly n: number;
}

export interface InterleavedRuns<Case extends BenchCase> {
  /** Of the bench. */
  readonly name: string;
  readonly runs: number;
  readonly cases: readonly Case[];
  readonly measure: (one: Case) => Promise<readonly Figure[]>;
}

/**
 * Measures each case once a run, so that a machine that becomes slower or busier meanwhile does so for all, and the
 * ratio of two figures of one run says more than either of them.
 *
 * On a busy machine a connection may not come about in time; that says nothing about what is measured, so what failed
 * is tried once more. What fails again is told, and missing in that run.
 */
export async function interleavedRuns<Case extends BenchCase>(
  { name, runs, cases, measure }: InterleavedRuns<Case>,
  { progress }: BenchContext,
): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (let run = 1; run <= runs; run += 1) {
    for (const one of cases) {
      const { variant, n } = one;
      const what = `${name}: ${variant}, n = ${n}`;
      progress(`${what}, run ${run} of ${runs}`);
      const figures = await twice(
        () => measure(one),
        (line) => progress(`${what} ${line}`),
      );
      measurements.push(...figures.map((figure) => ({ ...figure, variant, n, run })));
    }
  }
  return measurements;
}

async function twice(
  measure: () => Promise<readonly Figure[]>,
  tell: (line: string) => void,
): Promise<readonly Figure[]> {
  try {
    return await measure();
  } catch (error) {
    tell(`failed and is measured once more: ${describeError(error)}`);
  }
  try {
    return await measure();
  } catch (error) {
    tell(`failed again and is left out: ${describeError(error)}`);
    return [];
  }
}
