import { afterEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../device/capture/clock.ts';
import type { Source, VideoSettings } from '../../../device/capture/source.ts';
import { createTestSource } from '../../../device/capture/test-source.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { type AccessUnit, accessUnitToAnnexB } from '../../../media/access-unit.ts';
import { nalTypeOf } from '../../../media/h264-nal.ts';
import { findSps, whyUnsuitable } from '../../../media/h264-suitability.ts';
import { RecordingSink } from '../recording-sink.ts';
import { runFfmpeg } from '../run-ffmpeg.ts';

const VIDEO: VideoSettings = { width: 1280, height: 720, fps: 30, bitrateKbps: 2000, keyframeIntervalS: 1 };
let source: Source | undefined;

afterEach(() => source?.stop());

async function capture(video: VideoSettings, count: number): Promise<AccessUnit[]> {
  source = createTestSource(video, systemClock, silentLogger);
  const sink = new RecordingSink();
  source.start(sink);
  const units = await sink.received(count);
  await source.stop();
  return units;
}

describe('the test picture', () => {
  test('is 1280x720 Constrained Baseline from its very first picture on', async () => {
    const [first] = await capture(VIDEO, 1);
    expect(first?.isKeyframe).toBe(true);
    expect(first && findSps(first)).toMatchObject({ width: 1280, height: 720, profileIdc: 66, levelIdc: 31 });
    expect((first && findSps(first)?.constraintFlags) ?? 0).toBeGreaterThanOrEqual(0xc0);
  });

  test('has a key frame with SPS and PPS each interval, one slice a picture and no B-frames', async () => {
    const units = await capture({ ...VIDEO, width: 320, height: 240, keyframeIntervalS: 0.5 }, 46);
    expect(units.flatMap(({ isKeyframe }, index) => (isKeyframe ? [index] : []))).toEqual([0, 15, 30, 45]);
    for (const unit of units) {
      const types = unit.nalUnits.map(nalTypeOf);
      expect(types.filter((type) => type === 1 || type === 5)).toHaveLength(1);
      expect(types.slice(0, 2).join() === '7,8').toBe(unit.isKeyframe);
      expect(whyUnsuitable(unit)).toBeUndefined();
    }
  });

  test('comes no faster than in real time', async () => {
    const startedAtUs = systemClock.nowUs();
    const units = await capture({ ...VIDEO, width: 320, height: 240 }, 40);
    expect(((units.at(-1)?.captureTimeUs ?? 0) - startedAtUs) / 1_000_000).toBeGreaterThan(0.8);
  });

  test('decodes without a word of complaint, and its clock is another in every picture', async () => {
    const units = await capture(VIDEO, 12);
    const clock = { width: 700, height: 112 };
    const pictures = await runFfmpeg(
      [
        ...['-f', 'h264', '-i', 'pipe:0', '-vf', `crop=${clock.width}:${clock.height}`],
        ...['-fps_mode', 'passthrough', '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1'],
      ],
      Buffer.concat(units.map(accessUnitToAnnexB)),
    );
    const bytes = clock.width * clock.height;
    expect(pictures.length).toBe(units.length * bytes);
    for (let i = 1; i < units.length; i += 1) {
      const before = pictures.subarray((i - 1) * bytes, i * bytes);
      const after = pictures.subarray(i * bytes, (i + 1) * bytes);
      expect(countDifferent(before, after)).toBeGreaterThan(300);
    }
  });

  test('starts again after a stop', async () => {
    await capture(VIDEO, 1);
    const sink = new RecordingSink();
    source?.start(sink);
    expect((await sink.received(1))[0]?.isKeyframe).toBe(true);
  });
});

function countDifferent(before: Buffer, after: Buffer): number {
  return before.reduce((count, value, i) => count + (Math.abs(value - (after[i] ?? 0)) > 60 ? 1 : 0), 0);
}
