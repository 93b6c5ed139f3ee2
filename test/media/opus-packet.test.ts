import { describe, expect, test } from '@jest/globals';
import { opusPacketMs, opusPacketShape } from '../../media/opus-packet.ts';

describe("an Opus packet's first byte", () => {
  test.each([
    // RFC 6716 §3.1, table 2: configuration, stereo, frame count.
    [0b00000_0_00, { mode: 'silk', frameMs: 10, isStereo: false, frames: 'one' }],
    [0b01011_1_01, { mode: 'silk', frameMs: 60, isStereo: true, frames: 'two' }],
    [0b01100_0_10, { mode: 'hybrid', frameMs: 10, isStereo: false, frames: 'two' }],
    [0b01111_0_11, { mode: 'hybrid', frameMs: 20, isStereo: false, frames: 'some' }],
    [0b10000_0_00, { mode: 'celt', frameMs: 2.5, isStereo: false, frames: 'one' }],
    [0b11111_0_00, { mode: 'celt', frameMs: 20, isStereo: false, frames: 'one' }],
  ])('%i says its mode, length and number of frames', (first, shape) => {
    expect(opusPacketShape(Buffer.of(first, 1, 2))).toEqual(shape);
  });

  test('is not there in an empty packet', () => {
    expect(opusPacketShape(Buffer.alloc(0))).toBeUndefined();
  });
});

describe("an Opus packet's length", () => {
  test.each([
    ['one frame', [0b11111_0_00], 20],
    ['two frames', [0b01011_0_01], 120],
    ['any number of frames', [0b10000_0_11, 0x83], 7.5],
    ['more than is allowed', [0b11111_0_11, 7], undefined],
    ['no frame', [0b11111_0_11, 0], undefined],
    ['nothing', [], undefined],
  ])('is that of %s', (_, bytes, lengthMs) => {
    expect(opusPacketMs(Buffer.from(bytes))).toBe(lengthMs);
  });
});
