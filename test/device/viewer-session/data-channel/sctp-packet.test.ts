import { expect, test } from '@jest/globals';
import { isSoundSctpPacket } from '../../../../device/viewer-session/data-channel/sctp-packet.ts';

const HEADER = [0x13, 0x88, 0x13, 0x88, 1, 2, 3, 4, 5, 6, 7, 8];

/** A packet of chunks that are given as type, length and body. */
function packet(...chunks: readonly (readonly [type: number, length: number, body: readonly number[]])[]) {
  return Buffer.from([
    ...HEADER,
    ...chunks.flatMap(([type, length, body]) => [type, 3, length >> 8, length & 0xff, ...body]),
  ]);
}

function zeros(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}

test.each([
  ['data of one byte, with padding', packet([0, 17, [...zeros(13), 0, 0, 0]])],
  ['data of one byte, without padding at the end', packet([0, 17, zeros(13)])],
  ['an INIT with a parameter', packet([1, 28, [...zeros(16), 0xc0, 0, 0, 4, 0x80, 8, 0, 4]])],
  ['an acknowledgement with a gap', packet([3, 20, [...zeros(8), 0, 1, 0, 0, 0, 2, 0, 3]])],
  ['a heartbeat and data', packet([4, 8, [0, 1, 0, 4]], [0, 20, zeros(16)])],
  ['a cookie', packet([10, 8, zeros(4)])],
])('%s is sound', (_, bytes) => {
  expect(isSoundSctpPacket(bytes)).toBe(true);
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a header alone', Buffer.from(HEADER)],
  ['a chunk of no length, which would never end', packet([0, 0, zeros(16)])],
  ['a chunk that is longer than its packet', packet([0, 200, zeros(16)])],
  ['a chunk that begins and is cut off', packet([0, 20, [...zeros(16), 0]])],
  ['a chunk nobody knows', packet([99, 8, zeros(4)])],
  ['what only the other end may send', packet([2, 20, zeros(16)])],
  ['data without any', packet([0, 16, zeros(12)])],
  ['a parameter of no length, which would never end', packet([1, 24, [...zeros(16), 0xc0, 0, 0, 0]])],
  ['a heartbeat with half a parameter', packet([4, 8, [0, 1, 0, 9]])],
  ['an acknowledgement with fewer gaps than it says', packet([3, 16, [...zeros(8), 0, 9, 0, 0]])],
  ['an acknowledgement of a gap of 65,535', packet([3, 20, [...zeros(8), 0, 1, 0, 0, 0, 1, 255, 255]])],
  ['more than a datagram', packet([0, 1800, zeros(1796)])],
  ['many chunks', packet(...Array.from({ length: 40 }, () => [14, 4, []] as const))],
])('%s is not', (_, bytes) => {
  expect(isSoundSctpPacket(bytes)).toBe(false);
});
