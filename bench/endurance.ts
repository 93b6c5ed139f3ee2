import type { Bench, BenchContext } from './bench.ts';
import type { LinkQuality } from './endurance/messages.ts';
import { endure, type Endured } from './endurance/run.ts';
import { interleavedRuns } from './interleaved-runs.ts';
import { percentile, type Figure } from './results.ts';

const VIEWERS = 20;
const CLEAN = 'clean link';
const BAD = 'bad link';

interface Case {
  readonly variant: string;
  readonly n: number;
  readonly durationMs: number;
  readonly quality: LinkQuality;
  readonly firstSequenceNumber?: number;
}

const BAD_LINK: LinkQuality = { lostShare: 0.01, lateShare: 0.02, lostAtWrap: 120 };
const CLEAN_LINK: LinkQuality = { lostShare: 0, lateShare: 0, lostAtWrap: 0 };
/** In ten minutes the sequence numbers begin anew at least twice. */
const FULL: readonly Case[] = [
  { variant: CLEAN, n: VIEWERS, durationMs: 60_000, quality: CLEAN_LINK },
  { variant: BAD, n: VIEWERS, durationMs: 600_000, quality: BAD_LINK },
];
const QUICK: readonly Case[] = [
  { variant: CLEAN, n: VIEWERS, durationMs: 10_000, quality: CLEAN_LINK },
  { variant: BAD, n: VIEWERS, durationMs: 20_000, quality: BAD_LINK, firstSequenceNumber: 64_000 },
];

/** Twenty viewers for ten minutes over a link that loses and reorders packets, more than a hundred in a row at times. */
export const endurance: Bench = {
  name: 'endurance',
  title: `${VIEWERS} viewers for ten minutes: 1 % of packets lost, 2 % late, 120 in a row at each wrap of the numbers`,
  unitOfN: 'viewers',
  reference: CLEAN,
  onlyWhenNamed: true,
  targets: [
    { variant: BAD, n: VIEWERS, metric: 'viewers lost', atMost: 0 },
    { variant: BAD, n: VIEWERS, metric: 'longest gap', atMost: 1_000 },
    { variant: BAD, n: VIEWERS, metric: 'pictures in longest gap', atMost: 30 },
  ],
  run: (context: BenchContext) =>
    interleavedRuns(
      {
        name: endurance.name,
        runs: 1,
        cases: context.quick ? QUICK : FULL,
        measure: async ({ n, ...rest }) => figuresOf(await endure({ viewers: n, ...rest }), n),
      },
      context,
    ),
};

function figuresOf({ played, seen, link, cpuShare }: Endured, n: number): Figure[] {
  const delaysMs = seen.flatMap((one) => one.delaysMs);
  const shown = seen.reduce((sum, { pictures }) => sum + pictures, 0);
  const most = (of: (one: Endured['seen'][number]) => number) => Math.max(...seen.map(of));
  const ended = seen.filter((one) => one.ended !== undefined).length;
  const share = (part: number, whole: number) => (whole > 0 ? (part / whole) * 100 : 0);
  return [
    { metric: 'CPU per viewer', unit: '% of a core', value: (cpuShare * 100) / n },
    { metric: 'picture p50', unit: 'ms', value: percentile(delaysMs, 0.5) },
    { metric: 'picture p95', unit: 'ms', value: percentile(delaysMs, 0.95) },
    { metric: 'picture p99', unit: 'ms', value: percentile(delaysMs, 0.99) },
    { metric: 'longest gap', unit: 'ms', value: most((one) => one.longestGapMs) },
    { metric: 'pictures in longest gap', unit: 'pictures', value: most((one) => one.longestGapPictures) },
    { metric: 'pictures not shown', unit: '%', value: 100 - share(shown, played.pictures * n) },
    { metric: 'viewers lost', unit: 'viewers', value: Math.max(ended, n - played.viewers) },
    { metric: 'lost on the way', unit: '%', value: share(link.lost, link.lost + link.passed) },
    { metric: 'wraps', unit: 'each viewer', value: link.wraps / n },
  ];
}
