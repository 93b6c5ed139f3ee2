import { describe, expect, test } from '@jest/globals';
import { PacketSizeGuard } from '../../../device/broker/packet-size-guard.ts';

const LIMITS = { connectBytes: 100, packetBytes: 300 };
const CONNECT = packet(0x10, 20);

/** A packet of zeros with its fixed header (MQTT 3.1.1 §2.2). */
function packet(type: number, length: number): Buffer {
  const header = [type];
  let rest = length;
  do {
    header.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length)]);
}

describe('the packet size guard', () => {
  test('lets packets within the limits pass, wherever they are cut', () => {
    const stream = Buffer.concat([
      CONNECT,
      packet(0x30, 300),
      packet(0xc0, 0),
      packet(0x30, 128),
      packet(0x30, 1),
    ]);
    for (let size = 1; size <= stream.length; size += 1) {
      const guard = new PacketSizeGuard(LIMITS);
      for (let start = 0; start < stream.length; start += size)
        expect(guard.check(stream.subarray(start, start + size))).toBeUndefined();
    }
  });

  test.each([
    ['a CONNECT that is too large', packet(0x10, 101), /101 bytes is announced where 100/u],
    [
      'a later packet that is too large',
      Buffer.concat([CONNECT, packet(0x30, 301)]),
      /301 bytes .* where 300/u,
    ],
    ['anything before CONNECT', packet(0x30, 1), /no CONNECT/u],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n'), /no CONNECT/u],
    ['a length without an end', Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff]), /malformed length/u],
  ])('stops %s at its first bytes', (_, bytes, problem) => {
    expect(new PacketSizeGuard(LIMITS).check(bytes.subarray(0, 30))).toMatch(problem);
    const inSmallParts = new PacketSizeGuard(LIMITS);
    expect([...bytes].map((byte) => inSmallParts.check(Buffer.from([byte]))).find(Boolean)).toMatch(problem);
  });
});
