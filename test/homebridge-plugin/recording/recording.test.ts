import { describe, expect, test } from '@jest/globals';
import { silentLogger } from '../../../foundation/logger.ts';
import { Prebuffer } from '../../../homebridge-plugin/recording/prebuffer.ts';
import {
  NoPictureError,
  recordingParts,
  type RecordingPart,
} from '../../../homebridge-plugin/recording/recording.ts';
import { ManualClock } from '../../device/manual-clock.ts';
import { makeFilm } from '../../support/film.ts';
import { mp4Boxes, probeMp4, type ProbedMp4 } from '../../support/mp4.ts';
import { FilmCamera } from './film-camera.ts';

const FPS = 10;
const PRE_ROLL_S = 4;
const FRAGMENT_S = 4;
const GOP_S = 2;

const film = makeFilm({ seconds: 20, fps: FPS, gopPictures: FPS * GOP_S });
const otherFilm = makeFilm({ seconds: 4, fps: FPS, gopPictures: FPS * GOP_S, size: '160x120' });
const longGroups = makeFilm({ seconds: 20, fps: FPS, gopPictures: FPS * 10 });

function setUp() {
  const clock = new ManualClock();
  const warnings: string[] = [];
  const camera = new FilmCamera(clock, { fps: FPS });
  const prebuffer = new Prebuffer({
    lengths: { preRollMs: PRE_ROLL_S * 1_000, fragmentMs: FRAGMENT_S * 1_000 },
    openView: camera.openView,
    handleEnd: () => undefined,
    clock,
    logger: { ...silentLogger, warn: (message) => void warnings.push(message) },
  });
  prebuffer.open();
  return { clock, camera, prebuffer, warnings };
}

/** A recording that is taken as it comes; `parts` grows. */
function record(prebuffer: Prebuffer, { withSound = false } = {}) {
  const ending = new AbortController();
  const parts: RecordingPart[] = [];
  const ended = (async () => {
    for await (const part of recordingParts({ source: prebuffer, withSound, signal: ending.signal }))
      parts.push(part);
  })();
  ended.catch(() => undefined);
  return { parts, ended, stop: () => ending.abort() };
}

/** Lets the recording take what has come. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

function wholeFile(parts: readonly RecordingPart[]): Buffer {
  return Buffer.concat(parts.map(({ data }) => data));
}

function lengthS({ packets }: ProbedMp4): number {
  const video = packets.filter(({ kind }) => kind === 'video');
  const last = video.at(-1);
  return (last?.atS ?? 0) + (last?.durationS ?? 0) - (video[0]?.atS ?? 0);
}

describe('a recording', () => {
  test.each([
    { withSound: false, audio: undefined },
    { withSound: true, audio: 'aac LC 32000 1' },
  ])(
    'is a clean MP4 in true time that begins before it was asked for (sound: $withSound)',
    async (wanted) => {
      const { camera, prebuffer } = setUp();
      camera.play((await film).slice(0, FPS * 9));
      const recording = record(prebuffer, wanted);
      await settle();
      const preRollS = recording.parts.reduce((sum, { durationMs }) => sum + durationMs / 1_000, 0);
      for (let at = FPS * 9; at < FPS * 20; at += FPS) {
        camera.play((await film).slice(at, at + FPS));
        await settle();
      }
      recording.stop();
      await recording.ended;
      const [init, ...fragments] = recording.parts.map(({ data }) => mp4Boxes(data).map(({ type }) => type));
      expect(init).toEqual(['ftyp', 'moov']);
      expect(new Set(fragments.map((types) => types.join(' ')))).toEqual(new Set(['moof mdat']));
      expect(recording.parts.every(({ durationMs }) => durationMs <= FRAGMENT_S * 1_000)).toBe(true);
      expect(preRollS).toBeGreaterThanOrEqual(PRE_ROLL_S);

      const probed = await probeMp4(wholeFile(recording.parts));
      expect(probed).toMatchObject({
        complaints: '',
        audio: wanted.audio,
        video: 'h264 320x240',
        loudestSample: 0,
      });
      expect(lengthS(probed)).toBeCloseTo(14, 3);
      expect(probed.packets.filter(({ kind }) => kind === 'video')).toHaveLength(14 * FPS);
      const lastSound = probed.packets.filter(({ kind }) => kind === 'audio').at(-1);
      if (wanted.withSound) expect(lastSound && lastSound.atS + lastSound.durationS).toBeCloseTo(14, 1);
    },
  );

  test('has each of its fragments begin with a key frame, also when fragments of it are read alone', async () => {
    const { camera, prebuffer } = setUp();
    camera.play((await film).slice(0, FPS * 8));
    const recording = record(prebuffer);
    await settle();
    recording.stop();
    await recording.ended;
    const [init, ...fragments] = recording.parts;
    expect(fragments.length).toBeGreaterThan(1);
    for (const fragment of fragments) {
      const probed = await probeMp4(Buffer.concat([init?.data ?? Buffer.alloc(0), fragment.data]));
      expect(probed).toMatchObject({ complaints: '', pictures: FPS * GOP_S });
      expect(probed.packets[0]?.isKeyframe).toBe(true);
    }
  });

  test('ends with a part that is marked as the last one when the camera changes its picture', async () => {
    const { camera, prebuffer } = setUp();
    camera.play((await film).slice(0, FPS * 8));
    const recording = record(prebuffer);
    await settle();
    camera.play(await otherFilm);
    await settle();
    await recording.ended;
    expect(recording.parts.map(({ isLast }) => isLast).indexOf(true)).toBe(recording.parts.length - 1);
    expect(await probeMp4(wholeFile(recording.parts))).toMatchObject({
      complaints: '',
      video: 'h264 320x240',
    });

    const next = record(prebuffer);
    camera.play(await otherFilm);
    await settle();
    next.stop();
    await next.ended;
    expect(await probeMp4(wholeFile(next.parts))).toMatchObject({ complaints: '', video: 'h264 160x120' });
  });

  test('ends in good order when the camera is given up, with the pictures up to then', async () => {
    const { camera, prebuffer } = setUp();
    camera.play((await film).slice(0, FPS * 9));
    const recording = record(prebuffer);
    await settle();
    prebuffer.close();
    await recording.ended;
    expect(recording.parts.at(-1)).toMatchObject({ isLast: true, durationMs: 1_000 });
    expect((await probeMp4(wholeFile(recording.parts))).complaints).toBe('');
    expect({ bytes: prebuffer.bytes, watched: camera.isWatched }).toEqual({ bytes: 0, watched: false });
  });

  test('ends in good order before the hub loses patience when no picture comes any more', async () => {
    const { camera, prebuffer } = setUp();
    camera.play((await film).slice(0, FPS * 9));
    const recording = record(prebuffer);
    await settle();
    camera.pause(4_900);
    await settle();
    await recording.ended;
    expect(recording.parts.at(-1)?.isLast).toBe(true);
  });

  test('fails in time when the camera has given no picture at all', async () => {
    const { clock, prebuffer } = setUp();
    const recording = record(prebuffer);
    await settle();
    clock.advance(4_900);
    await settle();
    clock.advance(0);
    await expect(recording.ended).rejects.toThrow(NoPictureError);
    expect(clock.pendingTimers).toBe(0);
  });

  test('stands still after a loss until the next key frame, which is asked for, and stays clean', async () => {
    const { camera, prebuffer } = setUp();
    const pictures = await film;
    camera.play(pictures.slice(0, FPS * 5));
    const requests = camera.keyframeRequests;
    const recording = record(prebuffer);
    await settle();
    camera.losePackets();
    camera.play(pictures.slice(FPS * 5, FPS * 10));
    await settle();
    expect(camera.keyframeRequests).toBeGreaterThan(requests + 1);
    recording.stop();
    await recording.ended;
    const probed = await probeMp4(wholeFile(recording.parts));
    expect(probed.complaints).toBe('');
    const times = probed.packets.map(({ atS }) => atS);
    const steps = times.slice(1).map((atS, index) => atS - (times[index] ?? 0));
    expect(Math.max(...steps)).toBeCloseTo(1 + 1 / FPS, 3);
    expect(steps.filter((step) => step > 1.5 / FPS)).toHaveLength(1);
  });

  test('has no fragment that is too long when key frames come too late, and says whose fault that is', async () => {
    const { camera, prebuffer, warnings } = setUp();
    const pictures = await longGroups;
    camera.play(pictures.slice(0, FPS * 3));
    const requests = camera.keyframeRequests;
    camera.play(pictures.slice(FPS * 3, FPS * 10));
    expect(camera.keyframeRequests).toBeGreaterThan(requests);
    const recording = record(prebuffer);
    camera.play(pictures.slice(FPS * 10, FPS * 11));
    await settle();
    expect(recording.parts.map(({ durationMs }) => durationMs)).toEqual([0, 4_000]);
    expect(warnings).toEqual([expect.stringContaining('keyframeIntervalS')]);
    recording.stop();
    await recording.ended;
  });

  test('that the hub has forgotten ends by itself', async () => {
    const { camera, prebuffer } = setUp();
    const recording = record(prebuffer);
    const group = (await film).slice(0, FPS * GOP_S);
    for (let atS = 0; atS < 210; atS += GOP_S) {
      camera.play(group);
      await settle();
    }
    await recording.ended;
    const lengthMs = recording.parts.reduce((sum, { durationMs }) => sum + durationMs, 0);
    expect(recording.parts.at(-1)?.isLast).toBe(true);
    expect(lengthMs).toBe(200_000);
  });
});
