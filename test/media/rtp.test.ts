import { describe, expect, test } from '@jest/globals';
import { isRtcp, type RtpHeader, writeRtpHeader } from '../../media/rtp.ts';
import { parseRtp } from '../support/parse-rtp.ts';
import { sequenceDistance, sequencePlus, unwrapSequence, unwrapTimestamp } from '../../media/rtp-sequence.ts';
import { pseudoRandomBytes } from './rpicam-recordings.ts';

const HEADER: RtpHeader = {
  payloadType: 99,
  marker: true,
  sequenceNumber: 65_535,
  timestamp: 4_294_967_295,
  ssrc: 3_735_928_559,
};
const PAYLOAD = Buffer.from('payload');

describe('an RTP packet', () => {
  test('is parsed as it was written', () => {
    expect(parseRtp(Buffer.concat([writeRtpHeader(HEADER), PAYLOAD]))).toEqual({
      ...HEADER,
      payload: PAYLOAD,
    });
  });

  test('is written as RFC 3550 lays it out', () => {
    expect(writeRtpHeader(HEADER).toString('hex')).toBe('80e3ffffffffffffdeadbeef');
  });

  test('may carry header extensions, padded to whole words, which parsing skips', () => {
    const playoutDelay = { id: 5, data: Buffer.of(0, 0, 0) };
    const header = writeRtpHeader(HEADER, [playoutDelay, { id: 2, data: Buffer.of(9) }]);
    expect(header.subarray(12).toString('hex')).toBe('bede0002' + '52000000' + '20090000');
    expect(parseRtp(Buffer.concat([header, PAYLOAD]))).toEqual({ ...HEADER, payload: PAYLOAD });
  });

  test('loses its CSRCs and padding in parsing', () => {
    const header = writeRtpHeader(HEADER);
    header[0] = 0xa2;
    const packet = Buffer.concat([header, Buffer.alloc(8, 1), PAYLOAD, Buffer.of(0, 0, 3)]);
    expect(parseRtp(packet)?.payload).toEqual(PAYLOAD);
  });

  test.each([
    ['nothing', ''],
    ['too short', '80e3ffffffffffffdeadbe'],
    ['another version', '40e3ffffffffffffdeadbeef'],
    ['CSRCs beyond the end', '81e3ffffffffffffdeadbeef'],
    ['an extension header beyond the end', '90e3ffffffffffffdeadbeefbede'],
    ['an extension beyond the end', '90e3ffffffffffffdeadbeefbede0002aabbccdd'],
    ['padding longer than the packet', 'a0e3ffffffffffffdeadbeef0005'],
    ['padding of no length', 'a0e3ffffffffffffdeadbeef0000'],
  ])('is not found in garbage: %s', (_, packet) => {
    expect(parseRtp(Buffer.from(packet, 'hex'))).toBeUndefined();
  });

  test.each(Array.from({ length: 200 }, (_, seed) => seed))('random bytes never throw (seed %i)', (seed) => {
    const bytes = pseudoRandomBytes(seed % 60, seed);
    if (bytes.length > 0) bytes[0] = 0x80 | ((bytes[0] ?? 0) & 0x3f);
    expect(() => parseRtp(bytes)).not.toThrow();
    expect(() => isRtcp(bytes)).not.toThrow();
  });
});

describe('sequence numbers', () => {
  test.each([
    { from: 1, to: 2, distance: 1 },
    { from: 65_535, to: 0, distance: 1 },
    { from: 0, to: 65_535, distance: -1 },
    { from: 0, to: 32_767, distance: 32_767 },
    { from: 40_000, to: 40_000, distance: 0 },
  ])('from $from to $to it is $distance', ({ from, to, distance }) => {
    expect(sequenceDistance(from, to)).toBe(distance);
    expect(sequencePlus(from, distance)).toBe(to);
  });

  test('unwrap across several turns and back', () => {
    let index: number | undefined;
    for (let i = 60_000; i < 300_000; i += 9_999) expect((index = unwrapSequence(index, i & 0xffff))).toBe(i);
    expect(unwrapSequence(65_536, 65_535)).toBe(65_535);
  });

  test('timestamps unwrap the same way', () => {
    expect(unwrapTimestamp(undefined, 5)).toBe(5);
    expect(unwrapTimestamp(2 ** 32 - 10, 20)).toBe(2 ** 32 + 20);
    expect(unwrapTimestamp(2 ** 32 + 20, 2 ** 32 - 10)).toBe(2 ** 32 - 10);
  });
});
