import type { Spread } from '../results.ts';
import { growthScale, linearScale, logarithmicScale, type Scale } from './scale.ts';
import { COLOURS, element, group, picture, text } from './svg.ts';

export interface Point extends Spread {
  readonly x: number;
}

export interface LinePlot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly yScale: 'linear' | 'logarithmic';
  /** Written small below: what was measured on. */
  readonly note: string;
  readonly series: readonly { readonly name: string; readonly points: readonly Point[] }[];
}

const WIDTH = 820;
const HEIGHT = 440;
const AREA = { left: 74, top: 58, right: 590, bottom: 360 };
const LEGEND = { x: 616, lineHeight: 24 };

/** Draws a line for each series, with a stroke from the least to the most that was measured at each point. */
export function drawLinePlot({ title, xLabel, yLabel, yScale, note, series }: LinePlot): string {
  const points = series.flatMap((one) => one.points);
  const highest = Math.max(...points.map(({ median, max }) => Math.min(max, median * 3)));
  const lowest = Math.min(...points.map(({ median }) => median).filter((median) => median > 0));
  const x = growthScale(points.map((point) => point.x));
  const y = yScale === 'linear' ? linearScale(highest) : logarithmicScale(lowest, highest);
  const drawn = series.map(({ points: own }, n) => drawSeries(own, { x, y }, colourOf(n)));
  return picture(WIDTH, HEIGHT, `${title}: ${yLabel} over ${xLabel}`, [
    text(title, { x: AREA.left, y: 30, class: 'heading' }),
    drawYAxis(y, yLabel),
    drawXAxis(x, xLabel),
    ...drawn,
    drawLegend(series.map(({ name }) => name)),
    text(note, { x: AREA.left, y: HEIGHT - 14, class: 'quiet', 'font-size': 11 }),
  ]);
}

interface Scales {
  readonly x: Scale;
  readonly y: Scale;
}

function drawSeries(points: readonly Point[], scales: Scales, colour: string): string {
  const [x, y] = [(value: number) => xOf(scales.x, value), (value: number) => yOf(scales.y, value)];
  const ordered = points.toSorted((one, other) => one.x - other.x);
  const path = ordered.map((point) => `${x(point.x).toFixed(1)},${y(point.median).toFixed(1)}`).join(' ');
  const stroke = { stroke: colour, fill: 'none' };
  return group(
    'series',
    element('polyline', { points: path, 'stroke-width': 2.5, ...stroke }),
    ...ordered.map((point) =>
      element('line', {
        x1: x(point.x),
        x2: x(point.x),
        y1: y(point.min),
        y2: y(point.max),
        'stroke-width': 1,
        ...stroke,
      }),
    ),
    ...ordered.map((point) => element('circle', { cx: x(point.x), cy: y(point.median), r: 4, fill: colour })),
  );
}

function drawYAxis(scale: Scale, label: string): string {
  const middle = (AREA.top + AREA.bottom) / 2;
  return group(
    'axis',
    ...scale.ticks.flatMap((tick) => {
      const y = yOf(scale, tick);
      return [
        element('line', { class: 'grid', x1: AREA.left, x2: AREA.right, y1: y, y2: y }),
        text(String(tick), { x: AREA.left - 8, y: y + 4, 'text-anchor': 'end', class: 'quiet' }),
      ];
    }),
    text(label, { x: 20, y: middle, 'text-anchor': 'middle', transform: `rotate(-90 20 ${middle})` }),
  );
}

function drawXAxis(scale: Scale, label: string): string {
  const y = AREA.bottom + 20;
  return group(
    'axis',
    ...scale.ticks.map((tick) =>
      text(String(tick), { x: xOf(scale, tick), y, 'text-anchor': 'middle', class: 'quiet' }),
    ),
    text(label, { x: (AREA.left + AREA.right) / 2, y: y + 24, 'text-anchor': 'middle' }),
  );
}

function drawLegend(names: readonly string[]): string {
  return group(
    'legend',
    ...names.flatMap((name, n) => {
      const y = AREA.top + 10 + n * LEGEND.lineHeight;
      return [
        element('circle', { cx: LEGEND.x, cy: y, r: 5, fill: colourOf(n) }),
        text(name, { x: LEGEND.x + 14, y: y + 4 }),
      ];
    }),
  );
}

/** A little off the frame, so that no point lies on it. */
function xOf(scale: Scale, value: number): number {
  const inset = 16;
  return AREA.left + inset + scale.place(value) * (AREA.right - AREA.left - 2 * inset);
}

function yOf(scale: Scale, value: number): number {
  const place = Math.min(1, Math.max(0, scale.place(value)));
  return AREA.bottom - place * (AREA.bottom - AREA.top);
}

function colourOf(n: number): string {
  return COLOURS[n % COLOURS.length] ?? 'currentColor';
}
