import { describe, expect, test } from '@jest/globals';
import { BufferSource, Input, MP4 } from 'mediabunny';
import {
  AUDIO_TRACK,
  initializationSegment,
  VIDEO_TRACK,
} from '../../../media/fragmented-mp4/initialization-segment.ts';
import { avcSample } from '../../../media/fragmented-mp4/avc-sample.ts';
import { mediaSegment, type Sample } from '../../../media/fragmented-mp4/media-segment.ts';
import { randomAccessIndex } from '../../../media/fragmented-mp4/random-access.ts';
import { findParameterSets } from '../../../media/fragmented-mp4/sample-descriptions.ts';
import { AAC_FRAME_SAMPLES, RECORDED_AAC, SILENT_AAC_FRAME } from '../../../media/aac.ts';
import { makeFilm } from '../../support/film.ts';
import { mp4Boxes, probeMp4 } from '../../support/mp4.ts';

const FPS = 10;
/** Pictures of a camera do not come evenly. */
const DURATIONS = [9_000, 8_000, 10_500, 9_001];
const SILENCE: Sample = { data: SILENT_AAC_FRAME, duration: AAC_FRAME_SAMPLES, isSync: true };

const film = makeFilm({ seconds: 2, fps: FPS, gopPictures: FPS });

async function parameterSets() {
  const sets = findParameterSets((await film)[0]?.nalUnits ?? []);
  if (!sets) throw new Error('the film begins without parameter sets');
  return sets;
}

async function samples(): Promise<Sample[]> {
  return (await film).map(({ nalUnits, isKeyframe: isSync }, index) => {
    return { data: avcSample(nalUnits), duration: DURATIONS[index % DURATIONS.length] ?? 0, isSync };
  });
}

function ticksOf(samples: readonly Sample[]): number {
  return samples.reduce((ticks, { duration }) => ticks + duration, 0);
}

describe('a fragmented MP4', () => {
  test('plays with the times of its pictures, without a complaint', async () => {
    const all = await samples();
    const [first, second] = [all.slice(0, FPS), all.slice(FPS)];
    const bytes = Buffer.concat([
      initializationSegment(await parameterSets()),
      mediaSegment(1, [{ track: VIDEO_TRACK, decodeTime: 0, samples: first }]),
      mediaSegment(2, [{ track: VIDEO_TRACK, decodeTime: ticksOf(first), samples: second }]),
    ]);
    expect(mp4Boxes(bytes).map(({ type }) => type)).toEqual(['ftyp', 'moov', 'moof', 'mdat', 'moof', 'mdat']);
    const probed = await probeMp4(bytes);
    expect(probed).toMatchObject({
      complaints: '',
      video: 'h264 320x240',
      audio: undefined,
      pictures: 2 * FPS,
    });
    expect(probed.packets.map(({ isKeyframe }) => isKeyframe)).toEqual(all.map(({ isSync }) => isSync));
    let ticks = 0;
    for (const [index, { atS }] of probed.packets.entries()) {
      expect(atS).toBeCloseTo(ticks / 90_000, 5);
      ticks += all[index]?.duration ?? 0;
    }
  });

  test('plays silence beside the pictures', async () => {
    const all = await samples();
    const frames = Math.ceil((ticksOf(all) / 90_000) * (RECORDED_AAC.sampleRate / AAC_FRAME_SAMPLES));
    const bytes = Buffer.concat([
      initializationSegment(await parameterSets(), RECORDED_AAC),
      mediaSegment(1, [
        { track: VIDEO_TRACK, decodeTime: 0, samples: all },
        { track: AUDIO_TRACK, decodeTime: 0, samples: new Array<Sample>(frames).fill(SILENCE) },
      ]),
    ]);
    const probed = await probeMp4(bytes);
    expect(probed).toMatchObject({
      complaints: '',
      audio: 'aac LC 32000 1',
      pictures: 2 * FPS,
      loudestSample: 0,
    });
    const sound = probed.packets.filter(({ kind }) => kind === 'audio');
    expect(sound).toHaveLength(frames);
    expect(sound.at(-1)?.atS).toBeCloseTo(((frames - 1) * AAC_FRAME_SAMPLES) / RECORDED_AAC.sampleRate, 5);
  });

  test('ends with an index that leads to its fragments', async () => {
    const all = await samples();
    const [first, second] = [all.slice(0, FPS), all.slice(FPS)];
    const init = initializationSegment(await parameterSets());
    const one = mediaSegment(1, [{ track: VIDEO_TRACK, decodeTime: 0, samples: first }]);
    const two = mediaSegment(2, [{ track: VIDEO_TRACK, decodeTime: ticksOf(first), samples: second }]);
    const points = [
      { time: 0, position: init.length },
      { time: ticksOf(first), position: init.length + one.length },
    ];
    const bytes = Buffer.concat([init, one, two, randomAccessIndex(VIDEO_TRACK, points)]);
    expect((await probeMp4(bytes)).complaints).toBe('');

    const index = bytes.subarray(bytes.length - bytes.readUInt32BE(bytes.length - 4));
    const [whole] = mp4Boxes(index);
    expect(whole?.type).toBe('mfra');
    const entries = mp4Boxes(whole?.content ?? Buffer.alloc(0))[0]?.content.subarray(16) ?? Buffer.alloc(0);
    const read = [0, 19].map((offset) => ({
      time: Number(entries.readBigUInt64BE(offset)),
      leadsTo: bytes.toString('latin1', Number(entries.readBigUInt64BE(offset + 8)) + 4).slice(0, 4),
    }));
    expect(read).toEqual([
      { time: 0, leadsTo: 'moof' },
      { time: ticksOf(first), leadsTo: 'moof' },
    ]);
  });

  test('is understood by another reader than ffmpeg too', async () => {
    const all = await samples();
    const bytes = Buffer.concat([
      initializationSegment(await parameterSets(), RECORDED_AAC),
      mediaSegment(1, [
        { track: VIDEO_TRACK, decodeTime: 0, samples: all },
        { track: AUDIO_TRACK, decodeTime: 0, samples: new Array<Sample>(50).fill(SILENCE) },
      ]),
    ]);
    const input = new Input({ source: new BufferSource(bytes), formats: [MP4] });
    const video = await input.getPrimaryVideoTrack();
    const audio = await input.getPrimaryAudioTrack();
    const ofVideo = await video?.computePacketStats();
    const ofAudio = await audio?.computePacketStats();
    expect(await video?.getCodecParameterString()).toMatch(/^avc1\.42c0/u);
    expect(await audio?.getCodecParameterString()).toBe('mp4a.40.2');
    expect([ofVideo?.packetCount, ofAudio?.packetCount]).toEqual([2 * FPS, 50]);
    expect(await video?.computeDuration()).toBeCloseTo(ticksOf(all) / 90_000, 4);
    expect(await audio?.computeDuration()).toBeCloseTo((50 * AAC_FRAME_SAMPLES) / RECORDED_AAC.sampleRate, 4);
  });

  test('refuses parameter sets that it cannot read', () => {
    expect(() => initializationSegment({ sps: Buffer.of(0x67), pps: [] })).toThrow('damaged');
  });
});
