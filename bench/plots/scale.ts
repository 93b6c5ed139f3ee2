/** Where values come to lie on an axis, and which of them are written beside it. */
export interface Scale {
  /** 0 at the beginning of the axis, 1 at its end. */
  place(value: number): number;
  readonly ticks: readonly number[];
}

const STEPS = [1, 2, 2.5, 5, 10];
const WANTED_TICKS = 5;

/** From 0 to a round number that holds `highest`. */
export function linearScale(highest: number): Scale {
  const rough = Math.max(highest, Number.EPSILON) / WANTED_TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (STEPS.find((one) => one * power >= rough) ?? 10);
  const count = Math.ceil(highest / step - 1e-9);
  const ticks = Array.from({ length: count + 1 }, (_, n) => Number((n * step).toPrecision(12)));
  return { ticks, place: (value) => value / (count * step) };
}

/** Between the powers of ten around the values, all of them above 0. */
export function logarithmicScale(lowest: number, highest: number): Scale {
  const first = Math.floor(Math.log10(lowest) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.log10(highest) - 1e-9));
  const ticks = Array.from({ length: last - first + 1 }, (_, n) =>
    Number((10 ** (first + n)).toPrecision(12)),
  );
  return { ticks, place: (value) => (Math.log10(Math.max(value, 10 ** first)) - first) / (last - first) };
}

/** Exactly these numbers, each as far from the next as they differ by factor. */
export function growthScale(values: readonly number[]): Scale {
  const ticks = [...new Set(values)].toSorted((one, other) => one - other);
  const [first = 1, last = 1] = [ticks[0], ticks.at(-1)];
  const span = Math.max(Math.log(last / first), Number.EPSILON);
  return { ticks, place: (value) => Math.log(value / first) / span };
}
