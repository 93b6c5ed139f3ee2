import { beforeAll, describe, expect, test } from '@jest/globals';
import { FlvFormatError, FlvReader } from '../../../device/capture/flv-reader.ts';
import type { AccessUnit } from '../../../media/access-unit.ts';
import { nalTypeOf } from '../../../media/h264-nal.ts';
import { accessUnitsOf, pseudoRandomBytes, readRecording } from '../../media/rpicam-recordings.ts';
import { runFfmpeg } from '../run-ffmpeg.ts';

const RECORDING = 'low-latency-several-slices';
let flv: Buffer;

beforeAll(async () => {
  const toFlv = [
    '-f',
    'h264',
    '-i',
    'pipe:0',
    '-c',
    'copy',
    '-f',
    'flv',
    '-flvflags',
    'no_duration_filesize',
  ];
  flv = await runFfmpeg([...toFlv, 'pipe:1'], readRecording(RECORDING));
});

function read(bytes: Buffer, chunkBytes = bytes.length): AccessUnit[] {
  const reader = new FlvReader();
  const units: AccessUnit[] = [];
  for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
    units.push(...reader.push(bytes.subarray(offset, offset + chunkBytes), offset / chunkBytes));
  }
  return units;
}

describe('an FLV stream from ffmpeg', () => {
  test.each([1, 7, 997, 65_536, 100_000_000])('holds the same pictures, read %i bytes at a time', (bytes) => {
    const expected = accessUnitsOf(readRecording(RECORDING));
    const units = read(flv, bytes);
    expect(units).toHaveLength(expected.length);
    for (const [index, { nalUnits, isKeyframe }] of expected.entries()) {
      expect(units[index]).toMatchObject({ isKeyframe });
      expect(units[index]?.nalUnits.map((nalUnit) => nalUnit.toString('base64'))).toEqual(
        nalUnits.map((nalUnit) => nalUnit.toString('base64')),
      );
    }
  });

  test('gives a picture with its last byte, not with the next picture', () => {
    const reader = new FlvReader();
    const first = read(flv)[0];
    let fedBytes = 0;
    let units: AccessUnit[] = [];
    while (units.length === 0) units = reader.push(flv.subarray(fedBytes, ++fedBytes), fedBytes);
    expect(units).toMatchObject([{ nalUnits: first?.nalUnits }]);
    const pictureBytes = first?.nalUnits.reduce((sum, { length }) => sum + length, 0) ?? 0;
    expect(fedBytes).toBeLessThan(pictureBytes + 1000);
    expect(units[0]?.captureTimeUs).toBeLessThan(fedBytes - pictureBytes + 200);
  });

  test('every key frame has SPS and PPS in front', () => {
    for (const unit of read(flv).filter(({ isKeyframe }) => isKeyframe)) {
      expect(unit.nalUnits.map(nalTypeOf).slice(0, 2)).toEqual([7, 8]);
    }
  });
});

describe('what is not FLV with H.264', () => {
  test.each([
    { what: 'random bytes', bytes: pseudoRandomBytes(4096, 1), says: 'not FLV' },
    { what: 'another codec', bytes: tagged(Buffer.from([0x12, 0, 0, 0, 0, 1])), says: 'not H.264' },
    { what: 'a cut configuration', bytes: tagged(Buffer.from([0x17, 0, 0, 0, 0, 1])), says: 'cut' },
    {
      what: 'lengths that lie',
      bytes: tagged(Buffer.from([0x17, 1, 0, 0, 0, 0, 1, 0, 0, 0x65])),
      says: 'longer',
    },
  ])('$what is an error', ({ bytes, says }) => {
    expect(() => new FlvReader().push(bytes, 0)).toThrow(FlvFormatError);
    expect(() => new FlvReader().push(bytes, 0)).toThrow(says);
  });

  test('a tag that announces too much is an error before it is collected', () => {
    const endless = tagged(Buffer.from([0x17, 1, 0, 0, 0]), 0xffffff);
    expect(() => new FlvReader().push(endless, 0)).toThrow(FlvFormatError);
  });

  test('damaged streams never hang or throw anything else', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const damaged = Buffer.from(flv.subarray(0, 60_000));
      pseudoRandomBytes(8, seed).copy(damaged, (seed * 131) % 50_000);
      try {
        read(damaged, 4096);
      } catch (error) {
        expect(error).toBeInstanceOf(FlvFormatError);
      }
    }
  });
});

function tagged(data: Buffer, announcedBytes = data.length): Buffer {
  const header = Buffer.alloc(11);
  header[0] = 9;
  header.writeUIntBE(announcedBytes, 1, 3);
  return Buffer.concat([
    Buffer.from('FLV\x01\x01\0\0\0\x09\0\0\0\0', 'latin1'),
    header,
    data,
    Buffer.alloc(4),
  ]);
}
