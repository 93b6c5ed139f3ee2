import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Bench } from '../../bench/bench.ts';
import { growthScale, linearScale, logarithmicScale } from '../../bench/plots/scale.ts';
import { writePlots } from '../../bench/plots/write-plots.ts';
import { summarize } from '../../bench/results.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { measured } from './measured.ts';

const resources = resourcesOfEachTest();

describe('an axis', () => {
  test('begins at 0 and ends at a round number', () => {
    const scale = linearScale(8.7);
    expect(scale.ticks).toEqual([0, 2, 4, 6, 8, 10]);
    expect(scale.place(5)).toBeCloseTo(0.5);
  });

  test('with powers of ten has each as long as the next', () => {
    const scale = logarithmicScale(0.4, 170);
    expect(scale.ticks).toEqual([0.1, 1, 10, 100, 1000]);
    expect(scale.place(10)).toBeCloseTo(0.5);
  });

  test('of numbers that grow names each of them once', () => {
    const scale = growthScale([4, 1, 16, 4]);
    expect(scale.ticks).toEqual([1, 4, 16]);
    expect(scale.place(4)).toBeCloseTo(0.5);
  });
});

describe('a plot', () => {
  const bench: Bench = {
    name: 'fan-out',
    title: '',
    unitOfN: 'viewers',
    reference: 'floor',
    plots: [{ metric: 'delay', title: 'Delay <of packets>' }],
    run: () => Promise.resolve([]),
  };

  test('over several numbers has a line for each variant', async () => {
    const measurements = [1, 20].flatMap((n) => [
      ...measured('picam', [n], { n }),
      ...measured('floor', [n / 2], { n }),
    ]);
    const svg = await drawn(measurements);
    expect(svg.match(/<polyline/gu)).toHaveLength(2);
    expect(svg).toContain('>picam</text>');
    expect(svg).toContain('>viewers</text>');
    expect(svg).toContain('>delay, ms</text>');
  });

  test('of one number alone has a bar for each variant', async () => {
    const svg = await drawn([...measured('picam', [3, 4]), ...measured('floor', [2])]);
    expect(svg).not.toContain('<polyline');
    expect(svg.match(/class="bar"/gu)).toHaveLength(2);
  });

  test('keeps names from being taken for markup', async () => {
    expect(await drawn(measured('a & b', [1]))).toContain('>a &amp; b</text>');
    expect(await drawn(measured('picam', [1]))).toContain('>Delay &lt;of packets&gt;</text>');
  });

  async function drawn(measurements: Parameters<typeof summarize>[1]): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'picam-plots-'));
    resources.onEnd(folder, () => rm(folder, { recursive: true }));
    const [file = ''] = await writePlots(bench, summarize('fan-out', measurements, 'floor'), `${folder}/`);
    expect(file).toBe(`${folder}/bench-fan-out-delay.svg`);
    return readFile(file, 'utf8');
  }
});
