/** One value that was measured. */
export interface Figure {
  readonly metric: string;
  readonly unit: string;
  readonly value: number;
}

export interface Measurement extends Figure {
  readonly variant: string;
  /** How many viewers, cameras or requests at a time. */
  readonly n: number;
  /** Figures of the same run can be compared with each other; 1 is the first. */
  readonly run: number;
}

/** The middle of several runs, and how far apart they were. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** One line of what `--json` writes. */
export interface Result extends Spread {
  readonly bench: string;
  readonly variant: string;
  readonly n: number;
  readonly metric: string;
  readonly unit: string;
}

export const RATIO_UNIT = '×';

/** Puts the runs of the same thing together; the ratios to the reference follow, as figures of their own. */
export function summarize(bench: string, measurements: readonly Measurement[], reference: string): Result[] {
  const groups = Map.groupBy(measurements, ({ variant, n, metric }) => JSON.stringify([variant, n, metric]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { variant, n, metric, unit } = first;
    const result = { bench, variant, n, metric, unit, ...spread(group.map(({ value }) => value)) };
    const ratios = variant === reference ? [] : ratiosOf(measurements, { variant, n, metric }, reference);
    if (ratios.length === 0) return [result];
    return [result, { ...result, metric: ratioName(metric, reference), unit: RATIO_UNIT, ...spread(ratios) }];
  });
}

/** What the ratios of a metric to a reference are called among the results. */
export function ratioName(metric: string, reference: string): string {
  return `${metric} ${RATIO_UNIT} ${reference}`;
}

/** In each run that holds both, how many times the other variant's value one variant's is. */
export function ratiosOf(
  measurements: readonly Measurement[],
  { variant, n, metric }: Pick<Measurement, 'variant' | 'n' | 'metric'>,
  other: string,
): number[] {
  const same = measurements.filter((one) => one.metric === metric && one.n === n);
  return same.flatMap((one) => {
    const base = same.find(({ variant: of, run }) => of === other && run === one.run);
    return one.variant === variant && base && base.value > 0 ? [one.value / base.value] : [];
  });
}

export function spread(values: readonly number[]): Spread {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return { median: percentile(values, 0.5), min, max, runs: values.length };
}

/** The value below which `share` of the values are; NaN for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
