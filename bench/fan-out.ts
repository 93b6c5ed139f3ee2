import type { Bench, BenchContext } from './bench.ts';
import { BenchProcess } from './bench-process.ts';
import type { Delays, SenderUse } from './fan-out/messages.ts';
import { interleavedRuns } from './interleaved-runs.ts';
import type { Figure } from './results.ts';

export const FLOOR = 'floor: dgram + GCM';

const VARIANTS = ['picam', 'stock werift', FLOOR] as const;
export type Variant = (typeof VARIANTS)[number];

const QUICK = { viewers: [10], runs: 3, warmUpMs: 1_000, durationMs: 2_000 };
/** So long Node takes to compile what is then measured. */
const FULL = { viewers: [1, 5, 10, 20, 50], runs: 5, warmUpMs: 2_000, durationMs: 6_000 };

const CPU = 'CPU per viewer';
const P95 = 'delay p95';

/**
 * CPU of the sending process per viewer, and the delay from the moment a picture is ready to its packets' arrival.
 * Receivers live in a process of their own.
 */
export const fanOut: Bench = {
  name: 'fan-out',
  title: 'one stream of 2 Mbit/s to n viewers',
  unitOfN: 'viewers',
  reference: FLOOR,
  plots: [
    { metric: CPU, title: 'CPU of the sender, for each viewer' },
    { metric: P95, title: 'From the ready picture to its packets, 95 of 100 packets', scale: 'logarithmic' },
  ],
  targets: [
    { variant: 'picam', n: 20, metric: CPU, against: FLOOR, atMost: 1.15 },
    { variant: 'picam', n: 20, metric: CPU, against: 'stock werift', atMost: 0.45 },
    { variant: 'picam', n: 50, metric: P95, atMost: 10 },
  ],
  run: measureAll,
};

function measureAll(context: BenchContext) {
  const { viewers, runs, ...times } = context.quick ? QUICK : FULL;
  const cases = viewers.flatMap((n) => VARIANTS.map((variant) => ({ n, variant })));
  return interleavedRuns(
    { name: fanOut.name, runs, cases, measure: ({ variant, n }) => measure(variant, n, times) },
    context,
  );
}

interface Times {
  readonly warmUpMs: number;
  readonly durationMs: number;
}

async function measure(variant: Variant, n: number, { warmUpMs, durationMs }: Times): Promise<Figure[]> {
  const sender = new BenchProcess(new URL('./fan-out/sender.ts', import.meta.url));
  const receivers = new BenchProcess(new URL('./fan-out/receivers.ts', import.meta.url));
  try {
    const offers = await receivers.ask<string[]>({ kind: 'offer', variant, n });
    const answers = await sender.ask<string[]>({ kind: 'answer', variant, offers });
    await receivers.ask({ kind: 'connect', answers });
    await sender.ask({ kind: 'send', durationMs: warmUpMs });
    await receivers.ask({ kind: 'delays' });
    const use = await sender.ask<SenderUse>({ kind: 'send', durationMs });
    const delays = await receivers.ask<Delays>({ kind: 'delays' });
    return [
      { metric: CPU, unit: '% of a core', value: (use.cpuShare * 100) / n },
      { metric: 'delay p50', unit: 'ms', value: delays.p50Ms },
      { metric: P95, unit: 'ms', value: delays.p95Ms },
      { metric: 'delay p99', unit: 'ms', value: delays.p99Ms },
      { metric: 'lost', unit: '%', value: (1 - delays.packets / (use.packets * n)) * 100 },
    ];
  } finally {
    await Promise.all([sender.close(), receivers.close()]);
  }
}
