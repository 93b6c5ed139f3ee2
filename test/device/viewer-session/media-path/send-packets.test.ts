import { expect, test } from '@jest/globals';
import type { MediaTransport } from '../../../../device/viewer-session/media-path/media-transport.ts';
import { RtpHeaderWriter } from '../../../../device/viewer-session/media-path/rtp-header-writer.ts';
import { sendPackets } from '../../../../device/viewer-session/media-path/send-packets.ts';
import { parseRtp } from '../../../support/parse-rtp.ts';

const headers = new RtpHeaderWriter({ payloadType: 102, ssrc: 1, extensions: [] });
const packets = ['a', 'b', 'c'].map((text, n) => ({ payload: Buffer.from(text), marker: n === 2 }));

/** What is told to have been sent at once, and what goes out one by one then. */
function singlesAfter(sendBurst?: MediaTransport['sendBurst']) {
  const singles: { sequenceNumber: number; marker: boolean; text: string }[] = [];
  const transport: MediaTransport = {
    ...(sendBurst && { sendBurst }),
    sendRtp: (header, payload) => {
      const packet = parseRtp(Buffer.concat([header, payload]));
      if (!packet) throw new Error('no RTP');
      const { sequenceNumber, marker } = packet;
      singles.push({ sequenceNumber, marker, text: packet.payload.toString() });
    },
    sendRtcp: () => undefined,
    waitingPackets: 0,
  };
  sendPackets({ transport, headers, firstSequence: 65_534, timestamp: 5, packets });
  return singles;
}

const [a, b, c] = [
  { sequenceNumber: 65_534, marker: false, text: 'a' },
  { sequenceNumber: 65_535, marker: false, text: 'b' },
  { sequenceNumber: 0, marker: true, text: 'c' },
];

test('without bursts all packets go one by one', () => {
  expect(singlesAfter()).toEqual([a, b, c]);
});

test('what a burst did not take goes one by one, under the same numbers', () => {
  expect(singlesAfter(() => 2)).toEqual([c]);
  expect(singlesAfter(() => 0)).toEqual([a, b, c]);
  expect(singlesAfter(() => 3)).toEqual([]);
});

test('a burst gets the header of the first packet, without its marker', () => {
  const seen: number[] = [];
  singlesAfter((header) => {
    seen.push(header.readUInt16BE(2), (header[1] ?? 0) & 0x80);
    return 3;
  });
  expect(seen).toEqual([65_534, 0]);
});
