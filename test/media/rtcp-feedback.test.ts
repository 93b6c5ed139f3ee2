import { describe, expect, test } from '@jest/globals';
import { RtcpPacketConverter, RtcpRrPacket, type GenericNack, type RtcpTransportLayerFeedback } from 'werift';
import { parseRtcp, type ReportBlock } from '../../media/rtcp.ts';
import { buildNack, buildPictureLossIndication, buildReceiverReport } from '../../media/rtcp-feedback.ts';

const BLOCK: ReportBlock = {
  ssrc: 0xcafebabe,
  fractionLost: 0.25,
  cumulativeLost: 1234,
  highestSequence: 0x0002_fffe,
  jitter: 90,
  lastSenderReport: 0x1234_5678,
  delaySinceLastSenderReport: 65_536,
};

describe('a receiver report', () => {
  test('is read as it was built, by us and by werift', () => {
    const built = buildReceiverReport(0xfeed, [BLOCK]);
    expect(parseRtcp(built)).toEqual([{ kind: 'rr', ssrc: 0xfeed, reports: [BLOCK] }]);
    const [theirs] = RtcpPacketConverter.deSerialize(built);
    expect(theirs).toBeInstanceOf(RtcpRrPacket);
    expect((theirs as RtcpRrPacket).reports[0]).toMatchObject({
      ssrc: BLOCK.ssrc,
      fractionLost: 64,
      packetsLost: 1234,
      highestSequence: BLOCK.highestSequence,
      lsr: BLOCK.lastSenderReport,
      dlsr: BLOCK.delaySinceLastSenderReport,
    });
  });

  test('about nothing has no blocks', () => {
    expect(buildReceiverReport(1)).toEqual(Buffer.from('80c9000100000001', 'hex'));
  });

  test('keeps numbers that are out of bounds within their fields', () => {
    const wild = { ...BLOCK, fractionLost: 1, cumulativeLost: -(2 ** 30), highestSequence: 2 ** 32 + 5 };
    expect(parseRtcp(buildReceiverReport(1, [wild]))).toMatchObject([
      { reports: [{ fractionLost: 255 / 256, cumulativeLost: -(2 ** 23), highestSequence: 5 }] },
    ]);
  });
});

describe('a generic NACK', () => {
  test.each([
    ['one packet', [7], 1],
    ['neighbours, which share an entry', [7, 8, 23], 1],
    ['packets too far apart for one entry', [7, 24], 2],
    ['packets on both sides of the wrap', [65_534, 65_535, 65_536, 65_540], 1],
    ['a long burst', Array.from({ length: 100 }, (_, n) => 65_500 + n), 6],
  ])('names %s', (_, lost, entries) => {
    const built = buildNack(1, 2, lost);
    const wrapped = lost.map((number) => number & 0xffff);
    expect(parseRtcp(built)).toEqual([{ kind: 'nack', senderSsrc: 1, mediaSsrc: 2, lost: wrapped }]);
    expect(built.length).toBe(12 + entries * 4);
    const [theirs] = RtcpPacketConverter.deSerialize(built);
    const { feedback } = theirs as RtcpTransportLayerFeedback;
    // werift counts on past the wrap within an entry.
    expect((feedback as GenericNack).lost.map((number) => number & 0xffff)).toEqual(wrapped);
  });
});

test('a picture loss indication names both ends', () => {
  const built = buildPictureLossIndication(1, 2);
  expect(parseRtcp(built)).toEqual([{ kind: 'pli', senderSsrc: 1, mediaSsrc: 2 }]);
});

test('a compound packet of several is read one by one', () => {
  const compound = Buffer.concat([buildReceiverReport(1), buildNack(1, 2, [3])]);
  expect(parseRtcp(compound).map(({ kind }) => kind)).toEqual(['rr', 'nack']);
});
