import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../device/capture/clock.ts';
import { FileSource } from '../../../device/capture/file-source.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { accessUnitToAnnexB } from '../../../media/access-unit.ts';
import { findSps } from '../../../media/h264-suitability.ts';
import { accessUnitsOf, pseudoRandomBytes, readRecording } from '../../media/rpicam-recordings.ts';
import { RecordingSink } from '../recording-sink.ts';
import { runFfmpeg } from '../run-ffmpeg.ts';

const VIDEO = { width: 1280, height: 720, fps: 30, bitrateKbps: 2000, keyframeIntervalS: 2 };
const recordingPath = (name: string) =>
  fileURLToPath(new URL(`../../data/rpicam/${name}.h264`, import.meta.url));

let folder: string;
let source: FileSource | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'picam-file-source-'));
});
afterEach(() => source?.stop());
afterAll(() => rm(folder, { recursive: true, force: true }));

function play(path: string): RecordingSink {
  const sink = new RecordingSink();
  source = new FileSource(path, VIDEO, systemClock, silentLogger);
  source.start(sink);
  return sink;
}

/** Has ffmpeg make a file of a second of picture (and sound, to be left out). */
async function makeFile(name: string, ...codec: string[]): Promise<string> {
  const path = join(folder, name);
  const input = ['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=25', '-f', 'lavfi', '-i', 'sine'];
  await runFfmpeg([...input, '-t', '1', ...codec, path]);
  return path;
}

const H264 = ['-c:v', 'libx264', '-bf', '0', '-g', '10', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];

describe('recordings of rpicam-vid', () => {
  test.each([
    { name: 'recommended-720p30', width: 1280, height: 720 },
    { name: 'recommended-1080p30', width: 1920, height: 1080 },
    { name: 'low-latency-several-slices', width: 1280, height: 720 },
  ])('$name plays as it was recorded', async ({ name, width, height }) => {
    const units = await play(recordingPath(name)).received(20);
    expect(units[0] && findSps(units[0])).toMatchObject({ width, height });
    const recorded = accessUnitsOf(readRecording(name)).slice(0, 20);
    expect(
      Buffer.concat(units.map(accessUnitToAnnexB)).equals(Buffer.concat(recorded.map(accessUnitToAnnexB))),
    ).toBe(true);
  });

  test('play no faster than the stream says', async () => {
    const startedAtUs = systemClock.nowUs();
    const units = await play(recordingPath('recommended-720p30')).received(31);
    expect(((units[30]?.captureTimeUs ?? 0) - startedAtUs) / 1_000_000).toBeGreaterThan(0.95);
  });

  test('begin again at their end with a key frame', async () => {
    const units = await play(recordingPath('with-preview-messages')).received(35);
    const keyframes = units.flatMap(({ isKeyframe }, index) => (isKeyframe ? [index] : []));
    expect(keyframes).toEqual([0, 30]);
  });

  test('one with B-frames is refused in words, and nothing of it is sent', async () => {
    const sink = play(recordingPath('default-high-b-frames'));
    const error = await sink.ended();
    expect(error.message).toMatch(/default-high-b-frames\.h264.*B-frames.*--profile baseline/);
    expect(error.isFinal).toBe(true);
    expect(sink.units).toEqual([]);
  });

  test('stop ends it at once, and nothing comes after', async () => {
    const sink = play(recordingPath('recommended-720p30'));
    await sink.received(3);
    await source?.stop();
    const count = sink.units.length;
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(sink.units).toHaveLength(count);
    expect(sink.errors).toEqual([]);
  });
});

describe('files of other programs', () => {
  test.each(['a.mp4', 'a.mov', 'a.mkv', 'a.ts', '-i strange; name%d.mp4'])(
    '%p plays, over and over, picture for picture',
    async (name) => {
      const sink = play(await makeFile(`./${name}`, ...H264));
      const units = await sink.received(30);
      expect(units[0]?.isKeyframe).toBe(true);
      expect(units[0] && findSps(units[0])).toMatchObject({ width: 320, height: 240 });
      expect(units.filter(({ isKeyframe }) => isKeyframe).length).toBeGreaterThanOrEqual(3);
      await runFfmpeg(
        ['-f', 'h264', '-i', 'pipe:0', '-f', 'null', '-'],
        Buffer.concat(units.map(accessUnitToAnnexB)),
      );
    },
  );

  test.each([
    { what: 'B-frames', codec: ['-c:v', 'libx264', '-bf', '2'], says: /B-frames/ },
    { what: 'another codec', codec: ['-c:v', 'mpeg4'], says: /is not H\.264; convert it/ },
    { what: 'sound only', codec: ['-map', '1:a'], says: /holds no video/ },
  ])('one with $what is refused in words', async ({ what, codec, says }) => {
    const sink = play(await makeFile(`${what}.mp4`, ...codec));
    expect((await sink.ended()).message).toMatch(says);
    expect(sink.errors[0]?.isFinal).toBe(true);
    expect(sink.units).toEqual([]);
  });
});

describe('what is no recording', () => {
  test.each([
    { what: 'empty', bytes: Buffer.alloc(0), says: /is empty/ },
    { what: 'noise', bytes: pseudoRandomBytes(50_000, 3), says: /is not H\.264; give/ },
    { what: 'text', bytes: Buffer.from('hello\n'), says: /is not H\.264; give/ },
    { what: 'zeros', bytes: Buffer.alloc(100_000), says: /is not H\.264; give/ },
    {
      what: 'noise behind a start code',
      bytes: Buffer.concat([Buffer.from([0, 0, 0, 1]), pseudoRandomBytes(50_000, 4)]),
      says: /holds no H\.264 key frame/,
    },
    {
      what: 'a cut mp4',
      bytes: Buffer.from('000000186674797069736f6d00000200', 'hex'),
      says: /is damaged or was not finished/,
    },
  ])('$what is refused in words', async ({ what, bytes, says }) => {
    const path = join(folder, what);
    await writeFile(path, bytes);
    expect((await play(path).ended()).message).toMatch(says);
  });

  test('a file that does not exist and a folder are refused in words', async () => {
    expect((await play(join(folder, 'nowhere.h264')).ended()).message).toMatch(
      /nowhere\.h264 does not exist/,
    );
    expect((await play(folder).ended()).message).toMatch(/is not a file/);
  });

  test('a stream that turns out to have B-frames ends with that error', async () => {
    const path = join(folder, 'late-b-frames.h264');
    const good = accessUnitsOf(readRecording('recommended-1080p30')).map(accessUnitToAnnexB);
    const repeated = Array.from({ length: 12 }, () => Buffer.concat(good));
    await writeFile(path, Buffer.concat([...repeated, readRecording('default-high-b-frames')]));
    const sink = new RecordingSink();
    source = new FileSource(path, { ...VIDEO, fps: 1000 }, hurryingClock(), silentLogger);
    source.start(sink);
    expect((await sink.ended()).message).toMatch(/B-frames/);
    expect(sink.units).toHaveLength(12 * good.length);
  });
});

/** A clock on which every pause is over at once. */
function hurryingClock() {
  let nowUs = 0;
  return {
    nowUs: () => nowUs,
    after: (delayMs: number, callback: () => void) => {
      const immediate = setImmediate(() => {
        nowUs += delayMs * 1000;
        callback();
      });
      return () => clearImmediate(immediate);
    },
  };
}
