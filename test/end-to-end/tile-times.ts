import { percentile } from '../../bench/results.ts';
import type { HapCamera } from './hap-camera.ts';

const TILES = 50;

/** Asks for many tiles, one after the other; how long 95 of 100 take at most, in milliseconds. */
export async function tilesP95Ms(camera: HapCamera, which: string): Promise<number> {
  const tookMs: number[] = [];
  for (let asked = 0; asked < TILES; asked += 1) {
    const askedAtMs = performance.now();
    await camera.snapshot(640, 360);
    tookMs.push(performance.now() - askedAtMs);
  }
  const [p50Ms = 0, p95Ms = 0] = [0.5, 0.95].map((share) => percentile(tookMs, share));
  console.info(`${TILES} tiles ${which}: p50 ${p50Ms.toFixed(1)} ms, p95 ${p95Ms.toFixed(1)} ms`);
  return p95Ms;
}
