const NOTHING = '–';
const KILO = 1_000;
const STEPS = ['', 'k', 'M', 'G', 'T'];

type Told = number | null | undefined;

/** At most four characters: `812`, `12k`, `3.4M`. */
export function amount(value: Told): string {
  if (!isTold(value)) return NOTHING;
  let step = 0;
  let scaled = value;
  for (; scaled >= KILO * 0.9995 && step < STEPS.length - 1; step += 1) scaled /= KILO;
  const digits = step > 0 && scaled < 9.95 ? 1 : 0;
  return `${scaled.toFixed(digits)}${STEPS[step] ?? ''}`;
}

/** Milliseconds, at most four characters: `0.4`, `38`, `1.2k`. */
export function milliseconds(value: Told): string {
  return isTold(value) && value < 9.95 ? value.toFixed(1) : amount(value);
}

export function perSecond(value: Told): string {
  return isTold(value) ? value.toFixed(value < 99.95 ? 1 : 0) : NOTHING;
}

export function megabits(kbps: Told): string {
  if (!isTold(kbps)) return NOTHING;
  const mbps = kbps / KILO;
  return mbps.toFixed(mbps < 9.995 ? 2 : 1);
}

export function percent(share: Told): string {
  return isTold(share) ? `${Math.round(share * 100)}%` : NOTHING;
}

/** The two largest units: `3 d 4 h`, `12 s`. */
export function duration(seconds: number): string {
  const whole = Math.floor(seconds);
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3_600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  const shown = parts.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

function isTold(value: Told): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}
