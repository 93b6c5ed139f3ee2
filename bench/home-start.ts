import { setTimeout as wait } from 'node:timers/promises';
import { NalType, nalTypeOf } from '../media/h264-nal.ts';
import { decodeH264Payload } from '../media/h264-payload.ts';
import { SrtpRecorder } from '../test/end-to-end/srtp-recorder.ts';
import { waitUntil } from '../test/support/wait-until.ts';
import type { Bench, BenchContext } from './bench.ts';
import { BenchProcess } from './bench-process.ts';
import { availableSources, BenchCameras, deviceOf } from './cameras/bench-cameras.ts';
import { cameraCases, type CameraCase } from './cameras/cases.ts';
import type { Prepared } from './home-start/messages.ts';
import { interleavedRuns } from './interleaved-runs.ts';
import type { Figure } from './results.ts';
import { fromWire, newKeys, toWire } from './wire-keys.ts';

const QUICK = { runs: 1, keyframeIntervalsS: [2], startAfterMs: [0] };
const FULL = { runs: 5, keyframeIntervalsS: [2, 10], startAfterMs: [0, 300] };
const KEYFRAME_TIMEOUT_MS = 20_000;
const SESSION = 'bench';

/**
 * From Apple Home's START to the first packet of a key frame. START follows the set-up at once, or as much later as a
 * phone at home needs.
 */
export const homeStart: Bench = {
  name: 'home-start',
  title: 'START to the first key frame in Apple Home; cold: the encoder has to be started',
  unitOfN: 's between key frames',
  reference: 'cold, test source',
  needs: ['ffmpeg'],
  run: measureAll,
};

async function measureAll(context: BenchContext) {
  const { runs, keyframeIntervalsS, startAfterMs } = context.quick ? QUICK : FULL;
  const tell = (line: string) => context.progress(`${homeStart.name}: ${line}`);
  const cases = homeCases(cameraCases(keyframeIntervalsS, availableSources(tell)), startAfterMs);
  const cameras = await BenchCameras.open(cases);
  const plugin = new BenchProcess(new URL('./home-start/plugin-process.ts', import.meta.url));
  try {
    await plugin.ask({ kind: 'connect', broker: cameras.broker });
    for (const device of cameras.all) await plugin.ask({ kind: 'find', device });
    const measure = (one: HomeCase) => measureOne(one, cameras, plugin);
    return await interleavedRuns({ name: homeStart.name, runs, cases, measure }, context);
  } finally {
    await plugin.close();
    await cameras.close();
  }
}

interface HomeCase extends CameraCase {
  /** What lies between the set-up and START. */
  readonly startAfterMs: number;
}

function homeCases(cases: readonly CameraCase[], startAfterMs: readonly number[]): HomeCase[] {
  return cases.flatMap((one) =>
    startAfterMs.map((afterMs) => ({
      ...one,
      variant: afterMs === 0 ? one.variant : `${one.variant}, ${afterMs} ms after the set-up`,
      startAfterMs: afterMs,
    })),
  );
}

async function measureOne(one: HomeCase, cameras: BenchCameras, plugin: BenchProcess): Promise<Figure[]> {
  const device = deviceOf(one);
  await cameras.turnOff(cameras.all);
  if (one.isWarm) await cameras.turnOn(device, Math.random() * one.n * 1_000);
  const phone = new SrtpRecorder();
  try {
    const port = await phone.open();
    const keys = newKeys();
    const stream = { device, session: SESSION, port, keys: toWire(keys) };
    const prepared = await plugin.ask<Prepared>({ kind: 'prepare', ...stream });
    phone.useKeys(fromWire(prepared.keys));
    phone.answer(keys, prepared.port);
    if (one.startAfterMs > 0) await wait(one.startAfterMs);
    const startedAtMs = performance.now();
    await plugin.ask({ kind: 'start', session: SESSION });
    const atMs = await waitUntil('a key frame', () => keyframeAtMs(phone), KEYFRAME_TIMEOUT_MS);
    return [{ metric: 'START → key frame', unit: 'ms', value: atMs - startedAtMs }];
  } finally {
    await plugin.ask({ kind: 'stop', session: SESSION });
    await phone.close();
    await cameras.turnOff(cameras.all);
  }
}

/** The plugin sends nothing before a key frame, which comes right behind its parameter sets. */
function keyframeAtMs({ packets, firstPacketAtMs }: SrtpRecorder): number | undefined {
  if (firstPacketAtMs === undefined || packets.length < 2) return undefined;
  const types = packets.slice(0, 2).flatMap(({ payload }) => nalTypesOf(payload));
  if (!types.includes(NalType.idr)) throw new Error('the stream does not begin with a key frame');
  return firstPacketAtMs;
}

function nalTypesOf(payload: Buffer): number[] {
  const decoded = decodeH264Payload(payload);
  if (decoded.kind === 'nalUnits') return decoded.nalUnits.map(nalTypeOf);
  return decoded.kind === 'fragment' ? [nalTypeOf(decoded.data)] : [];
}
