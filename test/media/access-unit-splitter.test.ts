import { describe, expect, test } from '@jest/globals';
import { type AccessUnit, accessUnitBytes, accessUnitToAnnexB } from '../../media/access-unit.ts';
import { AccessUnitSplitter, AccessUnitTooLargeError } from '../../media/access-unit-splitter.ts';
import { NalUnitTooLargeError } from '../../media/annex-b.ts';
import { nalTypeOf } from '../../media/h264-nal.ts';
import { accessUnitsOf, pseudoRandomBytes, readRecording } from './rpicam-recordings.ts';

const SPS = '00000001674280';
const PPS = '0000000168ce38';
const IDR = '000001658811';
const SLICE = '00000001419a22';
const SECOND_SLICE = '000001414a33';
const AUD = '00000001 09f0'.replace(' ', '');
const SEI = '0000010605ff';
const FILLER = '0000010cffff80';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

function splitAll(...chunks: readonly string[]): string[][] {
  const splitter = new AccessUnitSplitter();
  const units = chunks.flatMap((chunk, index) => splitter.push(hex(chunk), index));
  const last = splitter.endOfInput();
  return [...units, ...(last ? [last] : [])].map((unit) => unit.nalUnits.map((nal) => nal.toString('hex')));
}

describe('real recordings', () => {
  test.each([
    { name: 'recommended-720p30', pictures: 90, keyframes: 3, slices: 1 },
    { name: 'recommended-1080p30', pictures: 60, keyframes: 2, slices: 1 },
    { name: 'low-latency-several-slices', pictures: 60, keyframes: 2, slices: 2 },
    { name: 'default-high-b-frames', pictures: 60, keyframes: 2, slices: 1 },
    { name: 'mistake-b-2M', pictures: 30, keyframes: 1, slices: 2 },
    { name: 'with-preview-messages', pictures: 30, keyframes: 1, slices: 2 },
  ])('$name splits into $pictures pictures with $keyframes key frames', ({ name, ...expected }) => {
    const bytes = readRecording(name);
    const units = accessUnitsOf(bytes);
    expect(units).toHaveLength(expected.pictures);
    expect(units.filter((unit) => unit.isKeyframe)).toHaveLength(expected.keyframes);
    for (const unit of units) {
      const types = unit.nalUnits.map(nalTypeOf);
      expect(types.filter((type) => type <= 5)).toHaveLength(expected.slices);
      expect(types.slice(0, 2).join()).toBe(unit.isKeyframe ? '7,8' : types.slice(0, 2).join());
    }
    const withoutStartCodes = units.reduce((sum, unit) => sum + accessUnitBytes(unit), 0);
    expect(bytes.length - withoutStartCodes).toBeLessThanOrEqual(units.length * 4 * 5);
  });

  test.each([1, 2, 3, 997, 4096, 10_000_000])('split the same in chunks of %i bytes', (chunkBytes) => {
    const bytes = readRecording('with-preview-messages');
    const textOf = (units: readonly AccessUnit[]) =>
      units.map((unit) => accessUnitToAnnexB(unit).toString('base64'));
    expect(textOf(accessUnitsOf(bytes, chunkBytes))).toEqual(textOf(accessUnitsOf(bytes)));
  });
});

describe('where a picture ends', () => {
  test.each([
    { by: 'the next first slice', next: SLICE, starts: ['419a22'] },
    { by: 'SPS', next: SPS + PPS + IDR, starts: ['674280', '68ce38', '658811'] },
    { by: 'SEI', next: SEI + SLICE, starts: ['0605ff', '419a22'] },
    { by: 'an access unit delimiter, which is dropped', next: AUD + SLICE, starts: ['419a22'] },
  ])('by $by', ({ next, starts }) => {
    expect(splitAll(SPS + PPS + IDR + next)).toEqual([['674280', '68ce38', '658811'], starts]);
  });

  test('not by a further slice of the same picture', () => {
    expect(splitAll(SLICE + SECOND_SLICE + SECOND_SLICE + SLICE)).toEqual([
      ['419a22', '414a33', '414a33'],
      ['419a22'],
    ]);
  });

  test('filler and types that RTP uses for itself are dropped', () => {
    expect(splitAll(SLICE + FILLER + '0000017800', SLICE + '000001ffaa')).toEqual([['419a22'], ['419a22']]);
  });

  test('parameter sets without a picture are no access unit', () => {
    expect(splitAll(SPS + PPS)).toEqual([]);
  });

  test('is known as soon as two bytes of the next NAL unit are there', () => {
    const splitter = new AccessUnitSplitter();
    expect(splitter.push(hex(SLICE), 10)).toEqual([]);
    expect(splitter.push(hex('0000000141'), 20)).toEqual([]);
    expect(splitter.push(hex('9a'), 30)).toHaveLength(1);
  });

  test('the capture time is the arrival of the first byte', () => {
    const splitter = new AccessUnitSplitter();
    splitter.push(hex(SPS), 10);
    splitter.push(hex(PPS + IDR), 20);
    const [first] = splitter.push(hex(SLICE), 30);
    splitter.push(hex('abcdef'), 40);
    expect(first?.captureTimeUs).toBe(10);
    expect(splitter.endOfInput()?.captureTimeUs).toBe(30);
  });
});

describe('flushing when the writer is silent', () => {
  test('gives each picture with its own write, once the first end is proven', () => {
    const splitter = new AccessUnitSplitter();
    splitter.push(hex(SPS + PPS + IDR), 1);
    expect(splitter.flushIfComplete()).toBeUndefined();
    expect(splitter.push(hex(SLICE), 2)).toHaveLength(1);
    for (const nowUs of [3, 4, 5]) {
      expect(splitter.flushIfComplete()?.captureTimeUs).toBe(nowUs - 1);
      expect(splitter.flushIfComplete()).toBeUndefined();
      expect(splitter.push(hex(SLICE), nowUs)).toEqual([]);
    }
    expect(splitter.prematureFlushes).toBe(0);
  });

  test('waits for as many slices as the last picture had', () => {
    const splitter = new AccessUnitSplitter();
    splitter.push(hex(SLICE + SECOND_SLICE + SLICE), 1);
    expect(splitter.flushIfComplete()).toBeUndefined();
    splitter.push(hex(SECOND_SLICE), 2);
    expect(splitter.flushIfComplete()?.nalUnits).toHaveLength(2);
  });

  test('does not wait for ever when pictures get fewer slices', () => {
    const splitter = new AccessUnitSplitter();
    splitter.push(hex(SLICE + SECOND_SLICE + SLICE), 1);
    expect(splitter.push(hex(SLICE), 2)).toHaveLength(1);
    expect(splitter.flushIfComplete()).toBeDefined();
  });

  test('a slice that comes late keeps its picture’s time, is no key frame, and is waited for from then on', () => {
    const splitter = new AccessUnitSplitter();
    splitter.push(hex(SLICE + SLICE), 1);
    splitter.push(hex(IDR), 2);
    expect(splitter.flushIfComplete()).toMatchObject({ captureTimeUs: 2, isKeyframe: true });
    splitter.push(hex('000001654a77'), 3);
    const [late] = splitter.push(hex(SLICE), 4);
    expect(late).toMatchObject({ captureTimeUs: 2, isKeyframe: false });
    expect(splitter.prematureFlushes).toBe(1);
    expect(splitter.flushIfComplete()).toBeUndefined();
    splitter.push(hex(SECOND_SLICE), 5);
    expect(splitter.flushIfComplete()?.nalUnits).toHaveLength(2);
  });

  test('counts a flush that cut a slice in two', () => {
    const splitter = new AccessUnitSplitter();
    splitter.push(hex(SLICE + SLICE), 1);
    splitter.flushIfComplete();
    splitter.push(hex('aabbccdd' + SLICE), 2);
    expect(splitter.prematureFlushes).toBe(1);
    expect(splitter.endOfInput()?.nalUnits).toEqual([hex('419a22')]);
  });
});

describe('garbage', () => {
  test.each(Array.from({ length: 50 }, (_, seed) => seed))('random bytes never throw (seed %i)', (seed) => {
    const splitter = new AccessUnitSplitter();
    const bytes = pseudoRandomBytes(20_000, seed);
    for (let i = 0; i < bytes.length; i += 900) {
      const startCode = hex('000001');
      splitter.push(Buffer.concat([bytes.subarray(i, i + 900), startCode]), i);
      splitter.flushIfComplete();
    }
    splitter.endOfInput();
  });

  test('a picture that never ends gets a named error, and the next one comes through', () => {
    const splitter = new AccessUnitSplitter({ maxAccessUnitBytes: 1000 });
    const endless = hex(SEI.repeat(1000));
    expect(() => splitter.push(endless, 0)).toThrow(AccessUnitTooLargeError);
    expect(splitter.push(hex(SLICE + SLICE), 1)).toHaveLength(1);
  });

  test('a NAL unit that never ends gets a named error', () => {
    const splitter = new AccessUnitSplitter({ maxNalUnitBytes: 1000 });
    splitter.push(hex(SLICE), 0);
    expect(() => splitter.push(Buffer.alloc(2000, 0x11), 1)).toThrow(NalUnitTooLargeError);
    expect(splitter.endOfInput()).toBeUndefined();
  });
});
