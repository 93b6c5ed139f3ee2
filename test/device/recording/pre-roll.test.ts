import { expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../device/capture/clock.ts';
import type { Source, SourceSink } from '../../../device/capture/source.ts';
import { createTestSource } from '../../../device/capture/test-source.ts';
import { motionSettingsSchema } from '../../../device/motion/motion-settings.ts';
import { startOfRecording } from '../../../device/recording/recording-name.ts';
import { recordingSettingsSchema } from '../../../device/recording/recording-settings.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { AccessUnitSplitter } from '../../../media/access-unit-splitter.ts';
import type { AccessUnit } from '../../../media/access-unit.ts';
import { startEmbeddedBroker } from '../../support/embedded-broker.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { runFfmpeg } from '../run-ffmpeg.ts';
import { type RunningDevice, runDevice } from '../running-device.ts';

const PRE_ROLL_S = 2;
const TEST_TIMEOUT_MS = 60_000;
const PATIENCE_MS = 20_000;
const VIDEO = { width: 160, height: 120, fps: 10, bitrateKbps: 300, keyframeIntervalS: 0.5 };
const resources = resourcesOfEachTest();

/** The moving test picture, which keeps what it gave. */
class KeptTestPicture implements Source {
  readonly description = 'the test picture';
  readonly units: AccessUnit[] = [];
  readonly #source = createTestSource(VIDEO, systemClock, silentLogger);

  start(sink: SourceSink): void {
    this.#source.start({
      handleAccessUnit: (unit) => {
        this.units.push(unit);
        sink.handleAccessUnit(unit);
      },
      handleEnd: (error) => sink.handleEnd(error),
    });
  }

  stop(): Promise<void> {
    return this.#source.stop();
  }

  get spanS(): number {
    return ((this.units.at(-1)?.captureTimeUs ?? 0) - (this.units[0]?.captureTimeUs ?? 0)) / 1e6;
  }
}

/** The coded picture itself, without what may be before it. */
function sliceOf(unit: AccessUnit): string {
  return unit.nalUnits.at(-1)?.toString('base64') ?? '';
}

async function picturesOf(file: string): Promise<string[]> {
  // Numbered anew, because a bare stream has no place for times as they were.
  const words = ['-c', 'copy', '-bsf:v', 'h264_mp4toannexb,setts=ts=N', '-f', 'h264', '-'];
  const film = await runFfmpeg(['-i', file, ...words]);
  return new AccessUnitSplitter().push(film, 0).map(sliceOf);
}

async function isRecording({ requests, id }: RunningDevice): Promise<boolean> {
  return (await requests.request(id, 'get', {})).state.recording;
}

interface Cause {
  readonly cause: string;
  /** Lets the camera run. */
  readonly prepare: (running: RunningDevice) => Promise<unknown>;
  readonly begin: (running: RunningDevice) => Promise<unknown>;
  readonly end: (running: RunningDevice) => Promise<unknown>;
}

const CAUSES: readonly Cause[] = [
  {
    cause: 'a command',
    prepare: ({ requests, id }) => requests.request(id, 'start', {}),
    begin: ({ requests, id }) => requests.request(id, 'record', { action: 'start' }),
    end: ({ requests, id }) => requests.request(id, 'record', { action: 'stop' }),
  },
  {
    cause: 'motion, for which the camera is on by itself,',
    prepare: () => Promise.resolve(),
    begin: ({ bus, topics }) => bus.publish(topics.set('motion'), 'ON'),
    end: ({ bus, topics }) => bus.publish(topics.set('motion'), 'OFF'),
  },
];

test.each(CAUSES)(
  'a recording that $cause begins has what the camera saw before it, without a gap',
  async ({ prepare, begin, end }) => {
    const { url } = resources.own(await startEmbeddedBroker());
    const folder = await mkdtemp(join(tmpdir(), 'recordings-'));
    resources.onEnd('the folder', () => rm(folder, { recursive: true, force: true }));
    const settings = { folder, minFreeMB: 0, preRollS: PRE_ROLL_S, onMotion: true };
    const source = new KeptTestPicture();
    const running = await runDevice(
      resources,
      url,
      {
        recording: recordingSettingsSchema.parse(settings),
        motion: motionSettingsSchema.parse({ coolDownS: 0 }),
      },
      { source },
    );
    await prepare(running);
    await waitUntil('enough of the past', () => source.spanS > PRE_ROLL_S + 1, PATIENCE_MS);

    const begun = { us: systemClock.nowUs(), ms: Date.now(), pictures: source.units.length };
    await begin(running);
    await waitUntil('the recording', () => isRecording(running), PATIENCE_MS);
    await waitUntil('more pictures', () => source.units.length > begun.pictures + 2 * VIDEO.fps, PATIENCE_MS);
    await end(running);
    await waitUntil('its end', async () => !(await isRecording(running)), PATIENCE_MS);

    const { files = [] } = await running.requests.request(running.id, 'record', { action: 'list' });
    const [{ name } = { name: '' }] = files;
    const recorded = await picturesOf(join(folder, name));
    const seen = source.units.map(sliceOf);
    const first = seen.indexOf(recorded[0] ?? '');
    const beforeS = (begun.us - (source.units[first]?.captureTimeUs ?? Infinity)) / 1e6;
    const nameSaysS = (begun.ms - (startOfRecording(name) ?? Infinity)) / 1000;
    console.info(
      `the first picture is ${beforeS.toFixed(2)} s older than the cause (${nameSaysS.toFixed(2)} s by its name)`,
    );
    expect(beforeS).toBeGreaterThanOrEqual(PRE_ROLL_S - 1 / VIDEO.fps);
    expect(nameSaysS).toBeGreaterThanOrEqual(PRE_ROLL_S - 1 / VIDEO.fps);
    expect(recorded.length).toBeGreaterThan((PRE_ROLL_S + 1) * VIDEO.fps);
    expect(recorded).toEqual(seen.slice(first, first + recorded.length));
  },
  TEST_TIMEOUT_MS,
);
