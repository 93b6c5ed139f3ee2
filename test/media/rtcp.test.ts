import { describe, expect, test } from '@jest/globals';
import { RtcpPacketConverter } from 'werift';
import { buildSenderReport, toNtpTime } from '../../media/rtcp-sender-report.ts';
import { parseRtcp } from '../../media/rtcp.ts';
import { isRtcp } from '../../media/rtp.ts';
import { pseudoRandomBytes } from './rpicam-recordings.ts';

const REPORT = {
  ssrc: 0xdeadbeef,
  epochMs: 1_700_000_000_250.5,
  rtpTimestamp: 2 ** 32 - 1,
  packetCount: 2 ** 32 + 7,
  octetCount: 1234,
  cname: 'picam',
};

const parseHex = (text: string) => parseRtcp(Buffer.from(text.replaceAll(' ', ''), 'hex'));

describe('a sender report', () => {
  test('carries real NTP time with its sub-second part, and counts modulo 2^32', () => {
    expect(parseRtcp(buildSenderReport(REPORT))).toEqual([
      {
        kind: 'sr',
        ssrc: 0xdeadbeef,
        ntpSeconds: 1_700_000_000 + 2_208_988_800,
        ntpFraction: Math.floor(0.2505 * 2 ** 32),
        rtpTimestamp: 2 ** 32 - 1,
        packetCount: 7,
        octetCount: 1234,
        reports: [],
      },
      { kind: 'unknown', packetType: 202, count: 1 },
    ]);
  });

  test.each(['', 'a', 'ab', 'abc', 'abcd', 'x'.repeat(300)])('is whole words for the CNAME "%s"', (cname) => {
    const packet = buildSenderReport({ ...REPORT, cname });
    expect(packet.length % 4).toBe(0);
    expect(isRtcp(packet)).toBe(true);
    expect(parseRtcp(packet)).toHaveLength(2);
    expect(packet.at(-1)).toBe(0);
  });

  test('is understood by werift', () => {
    const packets = RtcpPacketConverter.deSerialize(buildSenderReport(REPORT));
    expect(packets).toMatchObject([
      { ssrc: 0xdeadbeef, senderInfo: { rtpTimestamp: 2 ** 32 - 1, packetCount: 7, octetCount: 1234 } },
      { chunks: [{ source: 0xdeadbeef, items: [{ type: 1, text: 'picam' }] }] },
    ]);
  });

  test('survives the end of NTP’s era in 2036', () => {
    expect(toNtpTime(Date.UTC(2036, 1, 7, 6, 28, 17))).toEqual({ seconds: 1, fraction: 0 });
  });
});

describe('what receivers send', () => {
  test('reports', () => {
    const block = '0000000a 40 fffffe 00010002 00000010 12345678 00010000';
    expect(parseHex(`81c90007 00000001 ${block}`)).toEqual([
      {
        kind: 'rr',
        ssrc: 1,
        reports: [
          {
            ssrc: 10,
            fractionLost: 0.25,
            cumulativeLost: -2,
            highestSequence: 65_538,
            jitter: 16,
            lastSenderReport: 0x12345678,
            delaySinceLastSenderReport: 65_536,
          },
        ],
      },
    ]);
  });

  test('requests for key frames and for lost packets, several in one compound packet', () => {
    expect(
      parseHex(
        '80c90001 00000001' +
          '81ce0002 00000001 00000002' +
          '84ce0004 00000001 00000000 00000002 07000000' +
          '81cd0004 00000001 00000002 ffff8001 00640000',
      ),
    ).toEqual([
      { kind: 'rr', ssrc: 1, reports: [] },
      { kind: 'pli', senderSsrc: 1, mediaSsrc: 2 },
      { kind: 'fir', senderSsrc: 1, requests: [{ ssrc: 2, sequence: 7 }] },
      { kind: 'nack', senderSsrc: 1, mediaSsrc: 2, lost: [65_535, 0, 15, 100] },
    ]);
  });

  test('a bandwidth estimate and a goodbye', () => {
    expect(parseHex('8fce0005 00000001 00000000 52454d42 01 0f4240 00000002' + '81cb0001 00000001')).toEqual([
      { kind: 'remb', senderSsrc: 1, bitrateBps: (0x0f4240 & 0x3ffff) * 8, ssrcs: [2] },
      { kind: 'bye', ssrcs: [1] },
    ]);
  });

  test.each([
    ['a report block beyond the end', '81c90001 00000001', [{ kind: 'unknown', packetType: 201, count: 1 }]],
    ['a PLI without SSRCs', '81ce0001 00000001', [{ kind: 'unknown', packetType: 206, count: 1 }]],
    [
      'padding longer than the packet',
      'a1ce0002 00000001 000000ff',
      [{ kind: 'unknown', packetType: 206, count: 1 }],
    ],
    ['a length beyond the end', '81ce0009 00000001 00000002', []],
    ['another version', '01ce0002 00000001 00000002', []],
    ['nothing', '', []],
  ])('tolerates %s', (_, packet, expected) => {
    expect(parseHex(packet)).toEqual(expected);
  });

  test.each(Array.from({ length: 300 }, (_, seed) => seed))('random bytes never throw (seed %i)', (seed) => {
    const bytes = pseudoRandomBytes(8 + (seed % 80), seed);
    bytes[0] = 0x80 | ((bytes[0] ?? 0) & 0x3f);
    bytes[1] = 200 + (seed % 8);
    bytes.writeUInt16BE(Math.floor(bytes.length / 4) - 1, 2);
    expect(parseRtcp(bytes).length).toBeGreaterThan(0);
  });
});
