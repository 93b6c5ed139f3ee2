import type { Spread } from '../results.ts';
import { linearScale } from './scale.ts';
import { COLOURS, element, group, picture, text } from './svg.ts';

export interface Bar extends Spread {
  readonly name: string;
}

export interface BarPlot {
  readonly title: string;
  readonly label: string;
  /** Written small below: what was measured on. */
  readonly note: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 820;
const AREA = { left: 250, top: 56, right: 740 };
const ROW = { height: 34, bar: 20 };

/** Draws a bar for each variant, with a stroke from the least to the most that was measured. */
export function drawBarPlot({ title, label, note, bars }: BarPlot): string {
  const scale = linearScale(Math.max(...bars.map(({ median, max }) => Math.min(max, median * 3))));
  const bottom = AREA.top + bars.length * ROW.height;
  const x = (value: number) =>
    AREA.left + Math.min(1, Math.max(0, scale.place(value))) * (AREA.right - AREA.left);
  const ticks = scale.ticks.flatMap((tick) => [
    element('line', { class: 'grid', x1: x(tick), x2: x(tick), y1: AREA.top, y2: bottom }),
    text(String(tick), { x: x(tick), y: bottom + 18, 'text-anchor': 'middle', class: 'quiet' }),
  ]);
  return picture(WIDTH, bottom + 76, `${title}: ${label}`, [
    text(title, { x: 24, y: 30, class: 'heading' }),
    group('axis', ...ticks),
    ...bars.map((bar, n) => drawBar(bar, AREA.top + n * ROW.height, x)),
    text(label, { x: (AREA.left + AREA.right) / 2, y: bottom + 40, 'text-anchor': 'middle' }),
    text(note, { x: 24, y: bottom + 64, class: 'quiet', 'font-size': 11 }),
  ]);
}

function drawBar({ name, median, min, max }: Bar, top: number, x: (value: number) => number): string {
  const middle = top + ROW.height / 2;
  return group(
    'bar',
    text(name, { x: AREA.left - 12, y: middle + 4, 'text-anchor': 'end' }),
    element('rect', {
      x: x(0),
      y: middle - ROW.bar / 2,
      width: x(median) - x(0),
      height: ROW.bar,
      fill: COLOURS[0] ?? 'currentColor',
    }),
    element('line', { class: 'grid', x1: x(min), x2: x(max), y1: middle, y2: middle, 'stroke-width': 2 }),
    text(median.toFixed(2), { x: x(Math.max(median, max)) + 8, y: middle + 4 }),
  );
}
