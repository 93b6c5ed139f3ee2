import { describe, expect, test } from '@jest/globals';
import { OpusFrameError, OpusFrameReader } from '../../../device/audio/opus-frame-reader.ts';

const BYTES = 40;
/** CELT, 20 ms, mono, one frame. */
const FIRST_BYTE = 0xf8;

function frame(filling: number): Buffer {
  const bytes = Buffer.alloc(BYTES, filling);
  bytes[0] = FIRST_BYTE;
  return bytes;
}

describe('a reader of Opus frames of one size', () => {
  test('gives each as soon as it is whole, however the output is cut', () => {
    const reader = new OpusFrameReader(BYTES);
    const stream = Buffer.concat([frame(1), frame(2), frame(3)]);
    expect(reader.push(stream.subarray(0, 39), 1)).toEqual([]);
    expect(reader.push(stream.subarray(39, 40), 2)).toEqual([{ opus: frame(1), arrivedAtUs: 2 }]);
    expect(reader.push(stream.subarray(40, 119), 3)).toEqual([{ opus: frame(2), arrivedAtUs: 3 }]);
    expect(reader.push(stream.subarray(119), 4)).toEqual([{ opus: frame(3), arrivedAtUs: 4 }]);
  });

  test('gives several that came at once', () => {
    const frames = new OpusFrameReader(BYTES).push(Buffer.concat([frame(1), frame(2)]), 7);
    expect(frames.map(({ opus }) => opus[1])).toEqual([1, 2]);
  });

  test.each([
    ['in another mode', 0x78],
    ['of another length', 0xf0],
    ['in stereo', 0xfc],
    ['of several frames', 0xfb],
  ])('refuses a packet %s', (_, first) => {
    const packet = frame(1);
    packet[0] = first;
    expect(() => new OpusFrameReader(BYTES).push(packet, 0)).toThrow(OpusFrameError);
  });
});
