/** One value, with the labels that tell it from others of its name. */
export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** What a summary has beside its quantiles. */
  readonly suffix?: '_sum' | '_count';
}

/** A metric by name, as read from whatever `T` is; `undefined` where there is nothing to tell. */
export interface MetricFamily<T> {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'summary';
  readonly help: string;
  readonly read: (subject: T) => number | boolean | readonly Sample[] | undefined;
}

export function gauge<T>(name: string, help: string, read: MetricFamily<T>['read']): MetricFamily<T> {
  return { name, type: 'gauge', help, read };
}

export function counter<T>(name: string, help: string, read: MetricFamily<T>['read']): MetricFamily<T> {
  return { name, type: 'counter', help, read };
}

/** Something that is measured, and the labels that all its samples have. */
export interface Subject<T> {
  readonly labels: Readonly<Record<string, string>>;
  readonly of: T;
}

/** Of the text format, version 0.0.4, which every Prometheus and whatever stands in for one reads. */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** All that a double keeps of a sum; one more would show how it was reckoned. */
const SIGNIFICANT_DIGITS = 15;

/** Each family once, with the samples of all subjects together, as the format demands. */
export function writeMetrics<T>(
  families: readonly MetricFamily<T>[],
  subjects: readonly Subject<T>[],
): string {
  return families.map((family) => writeFamily(family, subjects)).join('');
}

function writeFamily<T>(
  { name, type, help, read }: MetricFamily<T>,
  subjects: readonly Subject<T>[],
): string {
  const lines = subjects.flatMap(({ labels, of }) =>
    samplesOf(read(of)).map((sample) => {
      const written = writeLabels({ ...labels, ...sample.labels });
      return `${name}${sample.suffix ?? ''}${written} ${writeValue(sample.value)}\n`;
    }),
  );
  if (lines.length === 0) return '';
  return `# HELP ${name} ${escapeText(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function samplesOf(read: number | boolean | readonly Sample[] | undefined): readonly Sample[] {
  if (read === undefined) return [];
  return typeof read === 'object' ? read : [{ value: Number(read) }];
}

function writeLabels(labels: Readonly<Record<string, string>>): string {
  const written = Object.entries(labels).map(
    ([label, value]) => `${label}="${escapeText(value).replaceAll('"', '\\"')}"`,
  );
  return written.length === 0 ? '' : `{${written.join(',')}}`;
}

function writeValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(Number(value.toPrecision(SIGNIFICANT_DIGITS)));
}

function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
