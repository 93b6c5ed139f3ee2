import { ratiosOf, spread, type Measurement } from './results.ts';

/** What a figure should be: so many times another variant's at most, or so much by itself. */
export interface Target {
  readonly metric: string;
  readonly variant: string;
  readonly n: number;
  readonly atMost: number;
  /** Absent where the figure itself is meant. */
  readonly against?: string;
}

/** A line for each target that was measured: what was wanted, what it is, and whether that is so. */
export function judgeTargets(targets: readonly Target[], measurements: readonly Measurement[]): string[] {
  return targets.flatMap((target) => judge(target, measurements) ?? []);
}

function judge(target: Target, measurements: readonly Measurement[]): string | undefined {
  const { metric, variant, n, atMost, against } = target;
  const own = measurements.filter((one) => one.metric === metric && one.variant === variant && one.n === n);
  const values =
    against === undefined ? own.map(({ value }) => value) : ratiosOf(measurements, target, against);
  if (values.length === 0) return undefined;
  const { median, min, max } = spread(values);
  const unit = against === undefined ? (own[0]?.unit ?? '') : `× ${against}`;
  const verdict = median <= atMost ? 'reached' : 'missed ';
  const range = `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
  return `${verdict}  ${variant}, n = ${n}, ${metric}: ${range}, wanted at most ${atMost} ${unit}`;
}
