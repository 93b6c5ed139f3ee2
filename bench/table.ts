import { ratioName, type Result } from './results.ts';

/**
 * Draws results as text: a line for each number and variant, a column for each metric, with the range of all runs and
 * the ratio to the reference.
 */
export function drawTable(results: readonly Result[], unitOfN: string, reference: string): string {
  const isRatio = new Set(results.map(({ metric }) => ratioName(metric, reference)));
  const metrics = unique(results.map(({ metric }) => metric)).filter((metric) => !isRatio.has(metric));
  const head = [unitOfN, 'variant', ...metrics.map((metric) => withUnit(metric, results))];
  const rows = unique(results.map(({ n }) => n)).flatMap((n) => {
    const ofN = results.filter((result) => result.n === n);
    return unique(ofN.map(({ variant }) => variant)).map((variant) => {
      const ofVariant = ofN.filter((result) => result.variant === variant);
      return [String(n), variant, ...metrics.map((metric) => cell(ofVariant, metric, reference))];
    });
  });
  return align([head, ...rows]);
}

function cell(results: readonly Result[], metric: string, reference: string): string {
  const result = results.find((one) => one.metric === metric);
  if (!result) return '–';
  const ratio = results.find((one) => one.metric === ratioName(metric, reference));
  const { median, min, max } = result;
  const range = `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
  return ratio ? `${range}  ×${ratio.median.toFixed(2)}` : range;
}

function withUnit(metric: string, results: readonly Result[]): string {
  return `${metric}, ${results.find((result) => result.metric === metric)?.unit ?? ''}`;
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
