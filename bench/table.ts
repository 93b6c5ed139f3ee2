import type { Result } from './results.ts';

/**
 * Draws results as text: a line for each variant and number, a column for each metric, with the range of all runs and
 * the ratio to `floor`, the variant that does only what cannot be left out.
 */
export function drawTable(results: readonly Result[], floor: string): string {
  const metrics = [...new Set(results.map(({ metric }) => metric))];
  const head = ['n', 'variant', ...metrics.map((metric) => withUnit(metric, results))];
  const rows = [...new Set(results.map(({ n }) => n))].flatMap((n) =>
    [...new Set(results.map(({ variant }) => variant))].map((variant) => [
      String(n),
      variant,
      ...metrics.map((metric) => cell(results, { n, variant, metric }, floor)),
    ]),
  );
  return align([head, ...rows]);
}

interface Place {
  readonly n: number;
  readonly variant: string;
  readonly metric: string;
}

function cell(results: readonly Result[], place: Place, floor: string): string {
  const result = find(results, place);
  if (!result) return '–';
  const least = find(results, { ...place, variant: floor });
  const ratio =
    least && least.median > 0 && place.variant !== floor
      ? `  ×${(result.median / least.median).toFixed(2)}`
      : '';
  return `${result.median.toFixed(2)} (${result.min.toFixed(2)}–${result.max.toFixed(2)})${ratio}`;
}

function find(results: readonly Result[], { n, variant, metric }: Place): Result | undefined {
  return results.find((result) => result.n === n && result.variant === variant && result.metric === metric);
}

function withUnit(metric: string, results: readonly Result[]): string {
  return `${metric}, ${results.find((result) => result.metric === metric)?.unit ?? ''}`;
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
