import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Bench, Plotted } from '../bench.ts';
import { describeMachine } from '../machine.ts';
import type { Result } from '../results.ts';
import { drawBarPlot } from './bar-plot.ts';
import { drawLinePlot } from './line-plot.ts';

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));

/** Draws what the bench wants drawn of its results. @returns the files, `docs/bench-<bench>-<metric>.svg`. */
export async function writePlots(
  { name, plots = [], unitOfN }: Bench,
  results: readonly Result[],
  folder = DOCS,
): Promise<string[]> {
  const written: string[] = [];
  for (const plotted of plots) {
    const own = results.filter(({ metric }) => metric === plotted.metric);
    if (own.length === 0) continue;
    const file = `${folder}bench-${name}-${slug(plotted.metric)}.svg`;
    await writeFile(file, drawPlot(plotted, own, unitOfN));
    written.push(file);
  }
  return written;
}

function drawPlot({ metric, title, scale = 'linear' }: Plotted, results: readonly Result[], unitOfN: string) {
  const label = `${metric}, ${results[0]?.unit ?? ''}`;
  const note = `${describeMachine()}; strokes: least to most of all runs`;
  const byVariant = Map.groupBy(results, ({ variant }) => variant);
  if (new Set(results.map(({ n }) => n)).size === 1) {
    const bars = results.map((result) => ({ ...result, name: result.variant }));
    return drawBarPlot({ title, label, note, bars });
  }
  const series = [...byVariant].map(([name, own]) => ({
    name,
    points: own.map((result) => ({ ...result, x: result.n })),
  }));
  return drawLinePlot({ title, xLabel: unitOfN, yLabel: label, yScale: scale, note, series });
}

function slug(metric: string): string {
  return metric.toLowerCase().replaceAll(/[^a-z0-9]+/gu, '-');
}
