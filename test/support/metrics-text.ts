/** A reader of Prometheus' text format 0.0.4 that takes nothing on trust: what it does not know, it refuses. */

export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ReadFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly ReadSample[];
}

export class MetricsFormatError extends Error {
  override readonly name = 'MetricsFormatError';
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const HELP_LINE = new RegExp(`^# HELP (${NAME}) (.+)$`, 'u');
const TYPE_LINE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|summary)$`, 'u');
const SAMPLE_LINE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`, 'u');
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/uy;
const VALUE = /^(?:NaN|[+-]Inf|[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/u;
/** What `promtool check metrics` says about names. */
const POOR_UNITS =
  /_(?:ms|milliseconds|us|microseconds|ns|minutes|hours|days|kb|kilobytes|mb|megabytes|bits|percent|kbps|fahrenheit|kelvin)(?:_total)?$/u;

/** @throws MetricsFormatError naming the line. */
export function readMetrics(text: string): ReadFamily[] {
  if (text !== '' && !text.endsWith('\n')) throw new MetricsFormatError('the last line has no end');
  const lines = text.split('\n').slice(0, -1);
  const families: ReadFamily[] = [];
  for (let at = 0; at < lines.length;) {
    const family = readFamily(lines, at);
    if (families.some(({ name }) => name === family.name))
      throw new MetricsFormatError(`${family.name} comes twice`);
    checkFamily(family);
    families.push(family);
    at += 2 + family.samples.length;
  }
  return families;
}

/** The value of the one sample with this name and at least these labels. */
export function valueOf(
  families: readonly ReadFamily[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const wanted = Object.entries(labels);
  const found = families
    .flatMap(({ samples }) => samples)
    .filter((sample) => sample.name === name && wanted.every(([key, value]) => sample.labels[key] === value));
  if (found.length !== 1 || !found[0])
    throw new MetricsFormatError(`${found.length} samples are ${name}${JSON.stringify(labels)}`);
  return found[0].value;
}

function readFamily(lines: readonly string[], at: number): ReadFamily {
  const [, name = '', help = ''] = matched(HELP_LINE, lines[at]);
  const [, typed, type = ''] = matched(TYPE_LINE, lines[at + 1]);
  if (typed !== name) throw new MetricsFormatError(`the type of ${name} is missing`);
  const rest = lines.slice(at + 2);
  const end = rest.findIndex((line) => line.startsWith('#'));
  const samples = (end < 0 ? rest : rest.slice(0, end)).map(readSample);
  return { name, type, help, samples };
}

function readSample(line: string): ReadSample {
  const [, name = '', labels, value = ''] = matched(SAMPLE_LINE, line);
  if (!VALUE.test(value)) throw new MetricsFormatError(`no value: ${line}`);
  return { name, labels: readLabels(labels), value: Number(value.replace('Inf', 'Infinity')) };
}

function readLabels(text: string | undefined): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (text !== undefined && LABEL.lastIndex < text.length) {
    const [, label = '', escaped = ''] = LABEL.exec(text) ?? [];
    if (label === '' || label in labels) throw new MetricsFormatError(`labels that cannot be read: ${text}`);
    labels[label] = escaped.replaceAll(/\\(.)/gu, (_, letter: string) => (letter === 'n' ? '\n' : letter));
  }
  return labels;
}

function checkFamily({ name, type, samples }: ReadFamily): void {
  const problem = (what: string) => new MetricsFormatError(`${name} ${what}`);
  if (samples.length === 0) throw problem('has no samples');
  if ((type === 'counter') !== name.endsWith('_total')) throw problem('is a counter, or is called _total');
  if (POOR_UNITS.test(name)) throw problem('is not in a base unit');
  const seen = new Set<string>();
  for (const sample of samples) {
    const suffixes = type === 'summary' ? ['', '_sum', '_count'] : [''];
    if (!suffixes.some((suffix) => sample.name === name + suffix)) throw problem(`holds ${sample.name}`);
    const mayHaveQuantile = type === 'summary' && sample.name === name;
    if ('quantile' in sample.labels !== mayHaveQuantile) throw problem('has a quantile too few or too many');
    if (type === 'counter' && !(sample.value >= 0)) throw problem(`counts ${sample.value}`);
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
    if (seen.has(key)) throw problem(`has ${key} twice`);
    seen.add(key);
  }
}

function matched(pattern: RegExp, line: string | undefined): RegExpExecArray {
  const match = pattern.exec(line ?? '');
  if (!match) throw new MetricsFormatError(`not as the format says: ${line ?? 'the end'}`);
  return match;
}
