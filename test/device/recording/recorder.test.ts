import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LiveStream } from '../../../device/live-stream/live-stream.ts';
import { Recorder } from '../../../device/recording/recorder.ts';
import { RecordingFolder, type RecordingFolderOptions } from '../../../device/recording/recording-folder.ts';
import { recordingName, startOfRecording } from '../../../device/recording/recording-name.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { AccessUnitSplitter } from '../../../media/access-unit-splitter.ts';
import type { AccessUnit } from '../../../media/access-unit.ts';
import type { SourceSink } from '../../../device/capture/source.ts';
import { createTally } from '../../../device/telemetry/tally.ts';
import { ManualClock } from '../manual-clock.ts';
import { runFfmpeg } from '../run-ffmpeg.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';

const FPS = 10;
const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const DEFAULT_LIMITS = { maxTotalMB: 100, maxAgeDays: 30, minFreeMB: 0 };

/** Ten seconds with a key frame each second. */
const pictures = (async () => {
  const film = await runFfmpeg(
    `-f lavfi -i testsrc2=size=320x240:rate=${FPS}:duration=11 -c:v libx264 -preset ultrafast -tune zerolatency -g ${FPS} -threads 1 -x264-params threads=1:sliced-threads=0 -f h264 -`.split(
      ' ',
    ),
  );
  const splitter = new AccessUnitSplitter();
  const units = splitter.push(film, 0);
  return units.slice(0, Math.floor(units.length / FPS) * FPS);
})();

class FilmSource {
  readonly description = 'the film';
  sink: SourceSink | undefined;
  keyframeRequests = 0;
  start(sink: SourceSink): void {
    this.sink = sink;
  }
  stop(): Promise<void> {
    this.sink = undefined;
    return Promise.resolve();
  }
  requestKeyframe(): void {
    this.keyframeRequests += 1;
  }
}

describe('recording', () => {
  const resources = resourcesOfEachTest();

  async function setUp(
    changes: {
      settings?: { maxFileS?: number; maxTotalMB?: number; preRollS?: number };
      folder?: Partial<RecordingFolderOptions>;
    } = {},
  ) {
    const path = await mkdtemp(join(tmpdir(), 'recordings-'));
    resources.own({ close: () => rm(path, { recursive: true, force: true }) });
    const clock = new ManualClock();
    const now = () => NOW_MS + (clock.nowUs() - 1_000_000) / 1000;
    const source = new FilmSource();
    const stream = resources.own(new LiveStream({ source, clock, logger: silentLogger }));
    const folder = new RecordingFolder({
      path,
      isMade: false,
      limits: DEFAULT_LIMITS,
      now,
      ...changes.folder,
    });
    const recorder = resources.own(
      new Recorder({
        stream,
        folder,
        settings: { maxFileS: 600, maxTotalMB: 100, preRollS: 0, ...changes.settings },
        logger: silentLogger,
        tally: createTally(),
        handleChange: () => undefined,
        clock,
        now,
      }),
    );
    recorder.open();
    const film = await pictures;
    let next = 0;
    /** The camera gives its next pictures. */
    const play = (count: number) => {
      for (let i = 0; i < count; i += 1) {
        clock.advance(1000 / FPS);
        const unit = film[next++ % film.length] as AccessUnit;
        source.sink?.handleAccessUnit({ ...unit, captureTimeUs: clock.nowUs() });
      }
    };
    return { path, clock, source, stream, folder, recorder, play };
  }

  test('a recording holds every picture, at its capture time', async () => {
    const { recorder, play, clock, path } = await setUp();
    await recorder.start();
    play(15);
    clock.advance(57);
    play(10);
    const name = recorder.file ?? '';
    await recorder.stop();
    expect(name).toBe('2026-01-02T03-04-05-100Z.mp4');
    const times = await pictureTimes(join(path, name));
    expect(times).toHaveLength(25);
    expect(times[0]).toBe(0);
    expect(times[14]).toBeCloseTo(1.4, 3);
    expect(times[15]).toBeCloseTo(1.557, 3);
    await runFfmpeg(['-i', join(path, name), '-f', 'null', '-']);
  });

  test('recording keeps the camera on, without a viewer, and lets it go', async () => {
    const { recorder, stream, clock, play } = await setUp();
    await recorder.start();
    expect([stream.running, stream.viewers, recorder.recording]).toEqual([true, 0, true]);
    play(5);
    await recorder.stop();
    clock.advance(60_000);
    expect([stream.running, recorder.recording]).toEqual([false, false]);
  });

  test('a recording begins with the newest group of pictures', async () => {
    const { recorder, stream, play, path } = await setUp();
    stream.start();
    play(25);
    await recorder.start();
    play(1);
    const name = recorder.file ?? '';
    await recorder.stop();
    expect(await pictureTimes(join(path, name))).toHaveLength(6);
    expect(startOfRecording(name)).toBe(NOW_MS + 2100);
  });

  test('a recording begins with the pre-roll, in whole groups of pictures', async () => {
    const { recorder, stream, play, path } = await setUp({ settings: { preRollS: 3 } });
    stream.start();
    play(65);
    await recorder.start();
    const name = recorder.file ?? '';
    await recorder.stop();
    const count = (await pictureTimes(join(path, name))).length;
    expect(count).toBeGreaterThanOrEqual(30);
    expect(count).toBeLessThan(45);
  });

  test('a recording for some seconds ends by itself', async () => {
    const { recorder, play } = await setUp();
    await recorder.start(2);
    play(19);
    expect(recorder.recording).toBe(true);
    play(2);
    expect(recorder.recording).toBe(false);
  });

  test('a long recording goes on in a new file, and no picture is lost', async () => {
    const { recorder, play, path, folder } = await setUp({ settings: { maxFileS: 3 } });
    await recorder.start();
    play(75);
    await recorder.stop();
    const names = (await readdir(path)).sort();
    const counts = await Promise.all(
      names.map(async (name) => (await pictureTimes(join(path, name))).length),
    );
    expect(counts).toEqual([30, 30, 15]);
    const { files, total } = await folder.list(2);
    expect([files.map(({ durationS }) => durationS), total]).toEqual([[1.5, 3], 3]);
  });

  test('what is recorded up to the last whole fragment plays before the file is complete', async () => {
    const { recorder, play, path, folder } = await setUp();
    await recorder.start();
    play(35);
    const file = join(path, recorder.file ?? '');
    await waitUntil('three fragments', async () => (await pictureTimes(file)).length === 30);
    expect((await folder.list(1)).files[0]?.durationS).toBeCloseTo(3, 3);
    await recorder.stop();
  });

  test('a file that was cut anywhere plays to its last whole fragment', async () => {
    const { recorder, play, path, folder } = await setUp();
    await recorder.start();
    play(35);
    const file = join(path, recorder.file ?? '');
    await recorder.stop();
    const bytes = (await folder.list(1)).files[0]?.bytes ?? 0;
    await truncate(file, Math.floor(bytes * 0.8));
    const { durationS = 0 } = (await folder.list(1)).files[0] ?? {};
    expect([1, 2, 3]).toContain(durationS);
    expect((await pictureTimes(file)).length).toBeGreaterThanOrEqual(durationS * FPS);
  });

  test('stopping the camera ends the recording', async () => {
    const { recorder, stream, play, path } = await setUp();
    await recorder.start();
    play(5);
    const name = recorder.file ?? '';
    await stream.stop();
    expect([recorder.recording, recorder.error]).toEqual([false, null]);
    await recorder.stop();
    expect(await pictureTimes(join(path, name))).toHaveLength(5);
  });

  test('a camera that failed goes on in a new file', async () => {
    const { recorder, source, stream, play, path, clock } = await setUp();
    await recorder.start();
    play(10);
    await stream.restart();
    clock.advance(1000);
    await waitUntil('the camera to be on again', () => source.sink !== undefined);
    play(10);
    await recorder.stop();
    expect(await readdir(path)).toHaveLength(2);
  });

  test('a source with rare key frames is asked for one when a fragment gets long', async () => {
    const { recorder, source, stream, clock } = await setUp();
    const [key, picture] = (await pictures) as [AccessUnit, AccessUnit];
    await recorder.start();
    source.sink?.handleAccessUnit({ ...key, captureTimeUs: clock.nowUs() });
    clock.advance(1_900);
    source.sink?.handleAccessUnit({ ...picture, captureTimeUs: clock.nowUs() });
    expect(source.keyframeRequests).toBe(0);
    clock.advance(100);
    source.sink?.handleAccessUnit({ ...picture, captureTimeUs: clock.nowUs() });
    expect(source.keyframeRequests).toBe(1);
    await recorder.stop();
    await stream.stop();
  });

  test('a full disk ends the recording with one clear error, and not the stream', async () => {
    let freeBytes = 1e9;
    const { recorder, stream, play, path } = await setUp({
      folder: { limits: { ...DEFAULT_LIMITS, minFreeMB: 500 }, freeBytes: () => Promise.resolve(freeBytes) },
    });
    stream.start();
    await recorder.start();
    play(15);
    await waitUntil('a first fragment', async () => (await readdir(path)).length > 0);
    freeBytes = 4e8;
    play(20);
    await waitUntil('the recording to end', () => !recorder.recording);
    expect(recorder.error?.message).toMatch(/full: recording\.minFreeMB keeps 500 MB/u);
    expect(stream.running).toBe(true);
    await expect(recorder.start()).rejects.toThrow(/full/u);
    freeBytes = 1e9;
    await recorder.start();
    expect(recorder.error).toBeNull();
  });

  test('a folder that is missing, or goes away, is told', async () => {
    const { recorder, path, play, stream } = await setUp();
    stream.start();
    await recorder.start();
    await rm(path, { recursive: true });
    play(25);
    await waitUntil('the recording to end', () => !recorder.recording);
    expect(recorder.error?.message).toMatch(/plug its disk in/u);
    await expect(recorder.start()).rejects.toThrow(/plug its disk in/u);
    expect(stream.running).toBe(true);
  });

  test('the oldest recordings make room for new ones; other files stay', async () => {
    const { recorder, path, play, folder } = await setUp({
      folder: { limits: { ...DEFAULT_LIMITS, maxTotalMB: 1 } },
      settings: { maxTotalMB: 1 },
    });
    const names = [1, 2, 3, 4].map((minute) => recordingName(NOW_MS - minute * 60_000));
    for (const name of [...names, 'holiday.mp4']) await writeFile(join(path, name), Buffer.alloc(300_000));
    await recorder.start();
    play(25);
    await recorder.stop();
    const { files } = await folder.list(10);
    expect(files.reduce((bytes, file) => bytes + file.bytes, 0)).toBeLessThanOrEqual(1e6);
    expect(files.map(({ name }) => name)).not.toContain(names[3]);
    expect(await readdir(path)).toContain('holiday.mp4');
  });

  test('recordings that are too old go', async () => {
    const { folder, path } = await setUp({ folder: { limits: { ...DEFAULT_LIMITS, maxAgeDays: 1 } } });
    const old = recordingName(NOW_MS - 25 * 3_600_000);
    const young = recordingName(NOW_MS - 23 * 3_600_000);
    for (const name of [old, young]) await writeFile(join(path, name), 'not a film');
    await folder.makeRoom();
    expect(await readdir(path)).toEqual([young]);
    expect((await folder.list(9)).files).toEqual([
      { name: young, start: NOW_MS - 23 * 3_600_000, bytes: 10, durationS: 0 },
    ]);
  });

  test('only recordings in the folder can be removed', async () => {
    const { folder, path } = await setUp();
    const outside = await mkdtemp(join(tmpdir(), 'outside-'));
    resources.own({ close: () => rm(outside, { recursive: true, force: true }) });
    const name = recordingName(NOW_MS);
    await writeFile(join(outside, name), 'precious');
    await mkdir(join(path, 'sub'));
    await symlink(join(outside, name), join(path, name));
    for (const trick of [
      join(outside, name),
      `../${outside.split('/').at(-1)}/${name}`,
      `sub/../${name}`,
      '..',
      '',
    ])
      await expect(folder.remove(trick)).rejects.toMatchObject({ code: 'bad_request' });
    await folder.remove(name);
    expect(await readdir(outside)).toEqual([name]);
    await expect(folder.remove(name)).rejects.toMatchObject({ code: 'not_found' });
  });
});

/** Seconds from the file's beginning, as ffprobe sees them. */
async function pictureTimes(path: string): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ffprobe', [
    ...['-v', 'quiet', '-select_streams', 'v', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', path],
  ]);
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [Number.parseFloat(line)]));
}
