/** One measured value, as `--json` writes it. */
export interface Result {
  readonly bench: string;
  readonly variant: string;
  /** How many viewers, cameras or requests at a time. */
  readonly n: number;
  readonly metric: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

export type Measurement = Omit<Result, 'median' | 'min' | 'max' | 'runs'> & { readonly value: number };

/** Puts the runs of the same thing together. */
export function summarize(measurements: readonly Measurement[]): Result[] {
  const groups = new Map<string, Measurement[]>();
  for (const measurement of measurements) {
    const { bench, variant, n, metric } = measurement;
    const key = JSON.stringify([bench, variant, n, metric]);
    groups.set(key, [...(groups.get(key) ?? []), measurement]);
  }
  return [...groups.values()].flatMap(summarizeOne);
}

/** The value below which `share` of the values are; NaN for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function summarizeOne(group: readonly Measurement[]): Result[] {
  const [first] = group;
  if (!first) return [];
  const { bench, variant, n, metric, unit } = first;
  const values = group.map(({ value }) => value);
  const median = percentile(values, 0.5);
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return [{ bench, variant, n, metric, unit, median, min, max, runs: values.length }];
}
