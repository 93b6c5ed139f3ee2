import { setTimeout as wait } from 'node:timers/promises';
import { silentLogger } from '../foundation/logger.ts';
import { Lifetime } from '../foundation/lifetime.ts';
import { startDevice } from '../test/support/device.ts';
import { ensureBuilt } from '../test/support/ensure-built.ts';
import { descendantProcesses, residentKb } from '../test/support/processes.ts';
import type { Bench, BenchContext } from './bench.ts';
import { BenchProcess } from './bench-process.ts';
import type { ViewersQuestion } from './memory/viewers.ts';
import { percentile, type Measurement } from './results.ts';

const DEVICE = 'picam device';
const HELPERS = 'its ffmpeg';
const RESIDENT = 'resident';
const PER_VIEWER = 'for each further viewer';

const QUICK = { viewers: [1, 10], runs: 1, settleMs: 1_000, measureMs: 1_000 };
const FULL = { viewers: [1, 5, 10, 20], runs: 3, settleMs: 15_000, measureMs: 5_000 };
/** As the systemd unit says; by hand it takes some 4 MB more. */
const AS_THE_SERVICE = { MALLOC_ARENA_MAX: '1' };
/** A device tidies up when it has been at rest for ten seconds. */
const REST_MS = 12_000;
const SAMPLE_MS = 100;
const KB_PER_MB = 1024;

/** What the installed device, with its own broker and a test picture of 720p, holds of the machine's memory. */
export const memory: Bench = {
  name: 'memory',
  title: 'resident memory of picam device as the service runs it, 720p at 2 Mbit/s, with the embedded broker',
  unitOfN: 'viewers',
  reference: DEVICE,
  needs: ['ffmpeg'],
  plots: [{ metric: RESIDENT, title: 'Resident memory' }],
  targets: [
    { variant: DEVICE, n: 0, metric: RESIDENT, atMost: 90 },
    { variant: DEVICE, n: 1, metric: RESIDENT, atMost: 110 },
    ...[QUICK, FULL].map(({ viewers }) => ({
      variant: DEVICE,
      n: most(viewers),
      metric: PER_VIEWER,
      atMost: 1,
    })),
  ],
  run: measureAll,
};

async function measureAll({ quick, progress }: BenchContext): Promise<Measurement[]> {
  const { runs, ...settings } = quick ? QUICK : FULL;
  await ensureBuilt();
  const measurements: Measurement[] = [];
  for (let run = 1; run <= runs; run += 1) {
    progress(`${memory.name}: run ${run} of ${runs}`);
    measurements.push(...(await measureRun(run, settings)));
  }
  return measurements;
}

interface Settings {
  readonly viewers: readonly number[];
  readonly settleMs: number;
  readonly measureMs: number;
}

/** One device that more and more viewers join. */
async function measureRun(run: number, { viewers, settleMs, measureMs }: Settings): Promise<Measurement[]> {
  const lifetime = new Lifetime(silentLogger);
  try {
    const env = { ...AS_THE_SERVICE, PICAM_MAX_VIEWERS: String(most(viewers)) };
    const camera = await startDevice({ built: true, env });
    lifetime.own('the camera', () => camera.stop());
    const audience = new BenchProcess(new URL('./memory/viewers.ts', import.meta.url));
    lifetime.own('the viewers', () => audience.close());
    const measurements: Measurement[] = [];
    let present = 0;
    for (const n of [0, ...viewers]) {
      const question: ViewersQuestion = { broker: camera.broker, device: camera.device, more: n - present };
      if (n > 0) await audience.ask(question);
      present = n;
      await wait(n === 0 ? REST_MS : settleMs);
      measurements.push(...(await sample(camera.pid, measureMs)).map((one) => ({ ...one, n, run })));
    }
    return [...measurements, ...slope(measurements, run)];
  } finally {
    await lifetime.close();
  }
}

/** The middle of many looks: garbage comes and goes. */
async function sample(pid: number, measureMs: number): Promise<Omit<Measurement, 'n' | 'run'>[]> {
  const deviceMb: number[] = [];
  const helpersMb: number[] = [];
  for (let looks = 0; looks < measureMs / SAMPLE_MS; looks += 1) {
    deviceMb.push(residentKb(pid) / KB_PER_MB);
    const helpers = descendantProcesses(pid).filter(({ name }) => name === 'ffmpeg');
    helpersMb.push(helpers.reduce((sum, helper) => sum + residentKb(helper.pid), 0) / KB_PER_MB);
    await wait(SAMPLE_MS);
  }
  const figure = (variant: string, values: readonly number[]) => ({
    variant,
    metric: RESIDENT,
    unit: 'MB',
    value: percentile(values, 0.5),
  });
  return [figure(DEVICE, deviceMb), figure(HELPERS, helpersMb)];
}

/** From the first viewer, which brings the picture with it, to the last. */
function slope(measurements: readonly Measurement[], run: number): Measurement[] {
  const watched = measurements.filter(({ variant, n }) => variant === DEVICE && n > 0);
  const [first, last] = [watched[0], watched.at(-1)];
  if (!first || !last || first === last) return [];
  const value = (last.value - first.value) / (last.n - first.n);
  return [{ variant: DEVICE, n: last.n, run, metric: PER_VIEWER, unit: 'MB', value }];
}

function most(viewers: readonly number[]): number {
  return Math.max(...viewers);
}
