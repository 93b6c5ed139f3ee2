import { buildSenderReport } from '../../media/rtcp-sender-report.ts';

/** What the SRTP tests protect. */
export const PAYLOAD = Buffer.from('a payload that is longer than one block of AES');

export const REPORT = buildSenderReport({
  ssrc: 7,
  epochMs: 1_700_000_000_000,
  rtpTimestamp: 1,
  packetCount: 2,
  octetCount: 3,
  cname: 'picam',
});
