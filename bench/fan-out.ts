import { BenchProcess } from './bench-process.ts';
import type { Delays, SenderUse } from './fan-out/messages.ts';
import type { Measurement } from './results.ts';

export const FLOOR = 'floor: dgram + GCM';

const VARIANTS = ['picam', 'stock werift', FLOOR] as const;
export type Variant = (typeof VARIANTS)[number];

export interface FanOutOptions {
  readonly quick: boolean;
  readonly progress: (line: string) => void;
}

const QUICK = { viewers: [10], runs: 3, durationMs: 3_000 };
const FULL = { viewers: [1, 5, 10, 20, 50], runs: 5, durationMs: 6_000 };

/** So long Node takes to compile what is then measured. */
const WARM_UP_MS = 2_000;

/**
 * CPU of the sending process per viewer, and the delay from the moment a picture is ready to its packets' arrival.
 *
 * Receivers live in a process of their own. Variants take turns within a run, so that a machine that becomes slower
 * or busier meanwhile does so for all.
 */
export async function benchFanOut({ quick, progress }: FanOutOptions): Promise<Measurement[]> {
  const { viewers, runs, durationMs } = quick ? QUICK : FULL;
  const measurements: Measurement[] = [];
  for (let run = 1; run <= runs; run += 1) {
    for (const n of viewers) {
      for (const variant of VARIANTS) {
        progress(`fan-out: run ${run} of ${runs}, ${n} viewers, ${variant}`);
        measurements.push(...(await measureOrRepeat(variant, n, durationMs, progress)));
      }
    }
  }
  return measurements;
}

/** On a busy machine a connection may not come about in time; that says nothing about what is measured. */
async function measureOrRepeat(
  variant: Variant,
  n: number,
  durationMs: number,
  progress: FanOutOptions['progress'],
): Promise<Measurement[]> {
  try {
    return await measure(variant, n, durationMs);
  } catch (error) {
    progress(`fan-out: ${variant} failed and is measured once more: ${String(error)}`);
    return await measure(variant, n, durationMs);
  }
}

async function measure(variant: Variant, n: number, durationMs: number): Promise<Measurement[]> {
  const sender = new BenchProcess(new URL('./fan-out/sender.ts', import.meta.url));
  const receivers = new BenchProcess(new URL('./fan-out/receivers.ts', import.meta.url));
  try {
    const offers = await receivers.ask<string[]>({ kind: 'offer', variant, n });
    const answers = await sender.ask<string[]>({ kind: 'answer', variant, offers });
    await receivers.ask({ kind: 'connect', answers });
    await sender.ask({ kind: 'send', durationMs: WARM_UP_MS });
    await receivers.ask({ kind: 'delays' });
    const use = await sender.ask<SenderUse>({ kind: 'send', durationMs });
    const delays = await receivers.ask<Delays>({ kind: 'delays' });
    const of = (metric: string, unit: string, value: number) => ({
      bench: 'fan-out',
      variant,
      n,
      metric,
      unit,
      value,
    });
    return [
      of('CPU per viewer', '% of a core', (use.cpuShare * 100) / n),
      of('delay p50', 'ms', delays.p50Ms),
      of('delay p95', 'ms', delays.p95Ms),
      of('delay p99', 'ms', delays.p99Ms),
      of('lost', '%', (1 - delays.packets / (use.packets * n)) * 100),
    ];
  } finally {
    await Promise.all([sender.close(), receivers.close()]);
  }
}
