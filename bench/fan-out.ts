import { setTimeout as wait } from 'node:timers/promises';
import type { Bench, BenchContext } from './bench.ts';
import { BenchProcess } from './bench-process.ts';
import { cpuShareDuring } from './cpu-time.ts';
import type { Delays } from './fan-out/messages.ts';
import { FLOOR, JANUS, presentVariants, type Variant } from './fan-out/variants.ts';
import { interleavedRuns } from './interleaved-runs.ts';
import type { Figure } from './results.ts';

/** Whole groups of pictures, so that each measures as many key frames. Node needs the warm-up to become fast. */
const QUICK = { viewers: [10], runs: 2, warmUpMs: 500, durationMs: 2_000 };
const FULL = { viewers: [1, 5, 10, 20, 50], runs: 5, warmUpMs: 2_000, durationMs: 6_000 };
const SETTLE_MS = 300;
const REST_MS = 500;

const CPU = 'CPU per viewer';
const P95 = 'delay p95';

/**
 * CPU of the sending process per viewer, and the delay from the moment a picture is ready to its packets' arrival.
 * Receivers are the same for all, in a process of their own.
 */
export const fanOut: Bench = {
  name: 'fan-out',
  title: 'one stream of 2 Mbit/s to n viewers',
  unitOfN: 'viewers',
  reference: FLOOR,
  plots: [
    { metric: CPU, title: 'CPU of the sender, for each viewer', scale: 'logarithmic' },
    { metric: P95, title: 'From the ready picture to its packets, 95 of 100 packets', scale: 'logarithmic' },
  ],
  targets: [
    { variant: 'picam', n: 20, metric: CPU, against: FLOOR, atMost: 1.15 },
    { variant: 'picam', n: 20, metric: CPU, against: 'stock werift', atMost: 0.45 },
    { variant: 'picam', n: 20, metric: CPU, against: JANUS, atMost: 1.1 },
    { variant: 'picam', n: 20, metric: P95, against: JANUS, atMost: 1 },
    { variant: 'picam', n: 50, metric: P95, atMost: 10 },
  ],
  run: measureAll,
};

async function measureAll(context: BenchContext) {
  const { viewers, runs, ...times } = context.quick ? QUICK : FULL;
  const present = await presentVariants((line) => context.progress(`fan-out: ${line}`));
  const chosen = present.filter(({ isInQuick }) => isInQuick || !context.quick);
  const cases = viewers.flatMap((n) =>
    chosen
      .filter(({ mostViewers }) => n <= mostViewers)
      .map((variant) => ({ n, variant: variant.name, measured: variant })),
  );
  const measure = ({ n, measured }: { n: number; measured: Variant }) => measureOne(measured, n, times);
  return interleavedRuns({ name: fanOut.name, runs, cases, measure }, context);
}

interface Times {
  readonly warmUpMs: number;
  readonly durationMs: number;
}

export async function measureOne(
  variant: Variant,
  n: number,
  { warmUpMs, durationMs }: Times,
): Promise<Figure[]> {
  const receivers = new BenchProcess(new URL('./fan-out/receivers.ts', import.meta.url));
  const sender = await variant.open();
  try {
    await sender.connect(receivers, n);
    await receivers.ask({ kind: 'connect' });
    await sender.send(warmUpMs);
    await wait(SETTLE_MS);
    const atRest = await cpuShareDuring(sender.pid, () => wait(REST_MS));
    await receivers.ask({ kind: 'reset' });
    let packets: number | undefined;
    const busy = await cpuShareDuring(sender.pid, async () => (packets = await sender.send(durationMs)));
    await wait(SETTLE_MS);
    const delays = await receivers.ask<Delays>({ kind: 'delays', readyTime: variant.readyTime });
    // The network of the machine was changed meanwhile, as when another program's interface goes.
    if (delays.packets === 0) throw new Error('nothing arrived');
    return [
      { metric: CPU, unit: '% of a core', value: ((busy - atRest) * 100) / n },
      ...delayFigures(delays),
      ...lossFigure(delays, packets && packets * n),
    ];
  } finally {
    await Promise.all([sender.close(), receivers.close()]);
  }
}

function delayFigures({ p50Ms, p95Ms, p99Ms }: Delays): Figure[] {
  return [
    { metric: 'delay p50', unit: 'ms', value: p50Ms },
    { metric: P95, unit: 'ms', value: p95Ms },
    { metric: 'delay p99', unit: 'ms', value: p99Ms },
  ];
}

function lossFigure({ packets }: Delays, sent: number | undefined): Figure[] {
  return sent === undefined ? [] : [{ metric: 'lost', unit: '%', value: (1 - packets / sent) * 100 }];
}
