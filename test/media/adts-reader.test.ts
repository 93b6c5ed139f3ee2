import { describe, expect, test } from '@jest/globals';
import { RECORDED_AAC } from '../../media/aac.ts';
import { AdtsError, AdtsReader } from '../../media/adts-reader.ts';

const FRAMES = [Buffer.from('a frame'), Buffer.alloc(700, 3), Buffer.of(1)];
/** AAC-LC in 32 kHz with one channel (ISO/IEC 14496-3 §1.A.2.2), each field after the other. */
const KIND = { objectType: 1, sampleRate: 5, channels: 1, hasChecksum: false };

function adts(frame: Buffer, changes: Partial<typeof KIND> = {}): Buffer {
  const { objectType, sampleRate, channels, hasChecksum } = { ...KIND, ...changes };
  const checksum = Buffer.alloc(hasChecksum ? 2 : 0);
  const bits = [
    '1'.repeat(12) + '000' + (hasChecksum ? '0' : '1'),
    objectType.toString(2).padStart(2, '0') + sampleRate.toString(2).padStart(4, '0') + '0',
    channels.toString(2).padStart(3, '0') + '0000',
    (7 + checksum.length + frame.length).toString(2).padStart(13, '0') + '1'.repeat(11) + '00',
  ].join('');
  const header = Buffer.from((bits.match(/.{8}/gu) ?? []).map((byte) => Number.parseInt(byte, 2)));
  return Buffer.concat([header, checksum, frame]);
}

function newReader(): AdtsReader {
  return new AdtsReader(RECORDED_AAC.description);
}

describe('frames of AAC', () => {
  test('come out of a stream however it is cut', () => {
    const stream = Buffer.concat(FRAMES.map((frame, nth) => adts(frame, { hasChecksum: nth === 1 })));
    expect(newReader().push(stream)).toEqual(FRAMES);
    const reader = newReader();
    expect([...stream].flatMap((byte) => reader.push(Buffer.of(byte)))).toEqual(FRAMES);
  });

  test('keep nothing alive but themselves', () => {
    const [frame] = newReader().push(Buffer.concat([adts(Buffer.from('small')), Buffer.alloc(3)]));
    expect(frame?.buffer.byteLength).toBe(5);
  });

  test.each([
    ['another sample rate', adts(Buffer.of(1), { sampleRate: 3 })],
    ['two channels', adts(Buffer.of(1), { channels: 2 })],
    ['another profile', adts(Buffer.of(1), { objectType: 0 })],
    ['what a channel of AAC never is as long as', adts(Buffer.alloc(800))],
    ['no content', adts(Buffer.alloc(0))],
    ['something else', Buffer.from('OggS and more')],
  ])('are refused with %s', (_, stream) => {
    expect(() => newReader().push(stream)).toThrow(AdtsError);
  });
});
