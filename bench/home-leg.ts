import { setTimeout as wait } from 'node:timers/promises';
import type { Bench, BenchContext } from './bench.ts';
import { BenchProcess } from './bench-process.ts';
import { cpuShareDuring } from './cpu-time.ts';
import { addedDelaysMs } from './home-leg/added-delays.ts';
import { FfmpegLeg, PicamLeg, RelayLeg, type HomeLeg } from './home-leg/legs.ts';
import type { ArrivedPicture, CameraAddress, Played, Received } from './home-leg/messages.ts';
import { interleavedRuns, type BenchCase } from './interleaved-runs.ts';
import { proportionalMb } from './proportional-memory.ts';
import { percentile, type Figure } from './results.ts';

const QUICK = { streams: [1], runs: 1, warmUpMs: 2_000, durationMs: 3_000 };
const FULL = { streams: [1, 4, 8], runs: 5, warmUpMs: 5_000, durationMs: 9_000 };
/** Node needs as much to become fast as a view of half a minute brings. */
const WARM_UP_PACE = 5;
const BEGIN_TRIES = 10;
const BEGIN_MS = 500;
const SETTLE_MS = 300;
const REST_MS = 500;

const PICAM = 'picam';
const RELAY = 'werift + ffmpeg -c copy';
const VARIANTS: readonly (Pick<Case, 'variant' | 'create'> & { readonly isInQuick: boolean })[] = [
  { variant: PICAM, create: () => new PicamLeg(), isInQuick: true },
  { variant: RELAY, create: () => new RelayLeg(), isInQuick: true },
  { variant: 'ffmpeg -c copy alone', create: () => new FfmpegLeg(), isInQuick: false },
];

const CPU = 'CPU';
const ADDED_P95 = 'added delay p95';
const MEMORY = 'memory';

/** From the camera's picture to the controllers' SRTP: what it costs, and how much later a picture is whole. */
export const homeLeg: Bench = {
  name: 'home-leg',
  title: 'n Apple Home streams of one camera, 720p30 and 2 Mbit/s; ffmpeg alone gets it in the clear',
  unitOfN: 'streams',
  reference: RELAY,
  needs: ['ffmpeg'],
  plots: [
    { metric: CPU, title: 'CPU for all streams to Apple Home' },
    {
      metric: ADDED_P95,
      title: 'How much later than at a viewer of the camera itself, 95 of 100 pictures',
      scale: 'logarithmic',
    },
  ],
  targets: [
    { variant: PICAM, n: 1, metric: CPU, against: RELAY, atMost: 0.7 },
    { variant: PICAM, n: 1, metric: ADDED_P95, atMost: 2 },
    ...[4, 8].map((n) => ({ variant: PICAM, n, metric: CPU, against: RELAY, atMost: 1 })),
    ...[1, 4, 8].map((n) => ({ variant: PICAM, n, metric: MEMORY, against: RELAY, atMost: 1 })),
  ],
  run: measureAll,
};

interface Case extends BenchCase {
  readonly create: () => HomeLeg;
}

interface Times {
  readonly warmUpMs: number;
  readonly durationMs: number;
}

async function measureAll(context: BenchContext) {
  const { streams, runs, ...times } = context.quick ? QUICK : FULL;
  const variants = VARIANTS.filter(({ isInQuick }) => isInQuick || !context.quick);
  const cases = streams.flatMap((n) => variants.map((variant) => ({ n, ...variant })));
  const measure = (one: Case) => measureOne(one, times);
  return interleavedRuns({ name: homeLeg.name, runs, cases, measure }, context);
}

async function measureOne({ n, create }: Case, times: Times): Promise<Figure[]> {
  const camera = new BenchProcess(new URL('./home-leg/camera-process.ts', import.meta.url));
  const receivers = new BenchProcess(new URL('./home-leg/receivers-process.ts', import.meta.url));
  const firstHand = new BenchProcess(new URL('./home-leg/first-hand-process.ts', import.meta.url));
  const leg = create();
  try {
    const ports = await receivers.ask<number[]>({ kind: 'open', n });
    const address = await camera.ask<CameraAddress>({ kind: 'open' });
    await firstHand.ask({ kind: 'open', address });
    await receivers.ask({ kind: 'expect', streams: await leg.open({ camera, address, ports }) });
    await begin(camera, receivers, n);
    return await measureRunning(leg, n, { camera, receivers, firstHand, ...times });
  } finally {
    await Promise.all([leg.close(), camera.close(), receivers.close(), firstHand.close()]);
  }
}

/** ffmpeg looks at a stream for a while before it hands anything on. */
async function begin(camera: BenchProcess, receivers: BenchProcess, n: number): Promise<void> {
  for (let tries = 0; tries < BEGIN_TRIES; tries += 1) {
    await camera.ask({ kind: 'play', durationMs: BEGIN_MS, pace: WARM_UP_PACE });
    if ((await receivers.ask<number>({ kind: 'count begun' })) === n) return;
  }
  throw new Error(`not all of ${n} streams began`);
}

interface Running extends Times {
  readonly camera: BenchProcess;
  readonly receivers: BenchProcess;
  readonly firstHand: BenchProcess;
}

async function measureRunning(leg: HomeLeg, n: number, running: Running): Promise<Figure[]> {
  const { camera, receivers, firstHand, warmUpMs, durationMs } = running;
  await camera.ask({ kind: 'play', durationMs: warmUpMs, pace: WARM_UP_PACE });
  await wait(SETTLE_MS);
  const atRest = await cpuShareDuring(leg.pids, () => wait(REST_MS));
  let played: Played | undefined;
  const busy = await cpuShareDuring(leg.pids, async () => {
    played = await camera.ask<Played>({ kind: 'play', durationMs }, durationMs);
  });
  const memoryMb = await proportionalMb(leg.pids);
  await wait(SETTLE_MS);
  if (!played) throw new Error('the camera played nothing');
  const received = await receivers.ask<Received>({ kind: 'received', played });
  const { pictures } = received;
  if (pictures.length === 0) throw new Error('no picture came');
  const wholeMs = pictures.map(({ delayMs }) => delayMs);
  const addedMs = addedDelaysMs(pictures, await firstHand.ask<ArrivedPicture[]>({ kind: 'pictures' }));
  return [
    { metric: CPU, unit: '% of a core', value: (busy - atRest) * 100 },
    { metric: 'delay p50', unit: 'ms', value: percentile(wholeMs, 0.5) },
    { metric: 'delay p95', unit: 'ms', value: percentile(wholeMs, 0.95) },
    { metric: 'added delay p50', unit: 'ms', value: percentile(addedMs, 0.5) },
    { metric: ADDED_P95, unit: 'ms', value: percentile(addedMs, 0.95) },
    { metric: MEMORY, unit: 'MB', value: memoryMb },
    { metric: 'pictures lost', unit: '%', value: (1 - pictures.length / (played.pictures * n)) * 100 },
    { metric: 'packets lost', unit: '%', value: lostShare(received) * 100 },
  ];
}

function lostShare({ packets, lostPackets }: Received): number {
  return lostPackets / Math.max(1, packets + lostPackets);
}
