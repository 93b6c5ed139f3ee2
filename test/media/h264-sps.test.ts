import { describe, expect, test } from '@jest/globals';
import {
  containsBSlice,
  nalTypeOf,
  NalType,
  removeEmulationPrevention,
  sliceTypeOf,
} from '../../media/h264-nal.ts';
import { parseSps, profileName } from '../../media/h264-sps.ts';
import { findSps, whyUnsuitable } from '../../media/h264-suitability.ts';
import { accessUnitsOf, pseudoRandomBytes, readRecording } from './rpicam-recordings.ts';

const unitsOf = (name: string) => accessUnitsOf(readRecording(name));

describe('a sequence parameter set of the real camera', () => {
  test.each([
    { name: 'recommended-720p30', profile: 'Constrained Baseline', width: 1280, height: 720, id: '42c01f' },
    { name: 'recommended-1080p30', profile: 'Constrained Baseline', width: 1920, height: 1080, id: '42c028' },
    {
      name: 'low-latency-several-slices',
      profile: 'Constrained Baseline',
      width: 1280,
      height: 720,
      id: '42c01f',
    },
    { name: 'default-high-b-frames', profile: 'High', width: 1280, height: 720, id: '64001f' },
    { name: 'mistake-b-2M', profile: 'Constrained Baseline', width: 640, height: 480, id: '42c01e' },
  ])('$name is $profile, $width x $height', ({ name, profile, width, height, id }) => {
    const [first] = unitsOf(name);
    const sps = first && findSps(first);
    expect(sps).toMatchObject({ width, height, profileLevelId: id });
    expect(sps?.framesPerSecond).toBe(profile === 'High' ? undefined : 30);
    expect(sps && profileName(sps)).toBe(profile);
  });
});

describe('B-frames', () => {
  test('are all found in the recording that has them', () => {
    const units = unitsOf('default-high-b-frames');
    expect(units.filter((unit) => containsBSlice(unit.nalUnits))).toHaveLength(28);
    expect(units.filter((unit) => unit.nalUnits.some((nal) => sliceTypeOf(nal) === 'I'))).toHaveLength(2);
  });

  test('are refused in words at the first key frame, with a remedy', () => {
    const [first] = unitsOf('default-high-b-frames');
    expect(first && whyUnsuitable(first)).toMatch(/High, 1280x720.*B-frames.*--profile baseline/);
  });

  test('are refused by their slices when the parameter set does not announce them', () => {
    const unsuitable = unitsOf('default-high-b-frames')
      .map((unit) => ({ ...unit, nalUnits: unit.nalUnits.filter((nal) => nalTypeOf(nal) !== NalType.sps) }))
      .filter((unit) => whyUnsuitable(unit) !== undefined);
    expect(unsuitable).toHaveLength(28);
  });

  test.each(['recommended-720p30', 'recommended-1080p30', 'low-latency-several-slices', 'mistake-b-2M'])(
    'are not found in %s',
    (name) => {
      expect(unitsOf(name).map(whyUnsuitable)).toEqual(unitsOf(name).map(() => undefined));
    },
  );
});

test('emulation prevention is undone, also several times in a row', () => {
  const escaped = Buffer.from('0000030000030100000300', 'hex');
  expect(Buffer.from(removeEmulationPrevention(escaped)).toString('hex')).toBe('0000000001000000');
});

test.each(Array.from({ length: 300 }, (_, seed) => seed))('garbage never throws (seed %i)', (seed) => {
  const bytes = pseudoRandomBytes(seed % 90, seed);
  const [first] = unitsOfCached();
  const sps = first?.nalUnits.find((nal) => nalTypeOf(nal) === NalType.sps) ?? Buffer.alloc(0);
  const damaged = Buffer.from(sps).fill(bytes[0] ?? 0, seed % sps.length);
  for (const input of [
    bytes,
    Buffer.concat([Buffer.of(0x67, 0x64), bytes]),
    damaged,
    sps.subarray(0, seed % sps.length),
  ]) {
    expect(() => parseSps(input)).not.toThrow();
    expect(() => sliceTypeOf(input)).not.toThrow();
  }
});

let cached: ReturnType<typeof accessUnitsOf> | undefined;
function unitsOfCached() {
  cached ??= unitsOf('with-preview-messages');
  return cached;
}
