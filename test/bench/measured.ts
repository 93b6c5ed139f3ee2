import type { Measurement } from '../../bench/results.ts';

/** One measurement for each run. */
export function measured(
  variant: string,
  values: readonly number[],
  rest: Partial<Measurement> = {},
): Measurement[] {
  return values.map((value, n) => ({
    variant,
    n: 10,
    metric: 'delay',
    unit: 'ms',
    ...rest,
    run: n + 1,
    value,
  }));
}
