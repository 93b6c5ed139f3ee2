import { describe, expect, test } from '@jest/globals';
import { RtcpRrPacket, type RtcpPacket } from 'werift';
import packageJson from '../../../package.json' with { type: 'json' };
import { isMedia, LossyRelay } from '../../device/viewer-session/lossy-relay.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { connectWeriftCamera } from './werift-camera.ts';

const resources = resourcesOfEachTest();
const PATIENCE_MS = 20_000;
const PROFILES = { aesCm: 1, aesGcm: 7 };
const PAYLOAD_TYPE = 96;
const FIRST = 65_400;

/** A slice that tells the packet's number. */
function payloadOf(number: number): Buffer {
  const payload = Buffer.alloc(200, number & 0xff);
  payload[0] = 0x41;
  payload.writeUInt32BE(number, 1);
  return payload;
}

/** Loses packets by their number, counted from the first; those that are sent again come through. */
function losing(first: number, isLost: (number: number) => boolean): (packet: Buffer) => boolean {
  return (packet) => {
    const isSentFirst = isMedia(packet) && ((packet[1] ?? 0) & 0x7f) === PAYLOAD_TYPE;
    return isSentFirst && isLost((packet.readUInt16BE(2) - first) & 0xffff);
  };
}

/** A report about a stream, not the empty one that every request begins with. */
function isReport(packet: RtcpPacket): boolean {
  return packet instanceof RtcpRrPacket && packet.reports.length > 0;
}

/** What the viewer's reports and requests say they come from. */
function senders(told: readonly RtcpPacket[]): Set<number> {
  return new Set(
    told.map((packet) => {
      if (packet instanceof RtcpRrPacket) return packet.ssrc;
      return 'feedback' in packet && 'senderSsrc' in packet.feedback ? packet.feedback.senderSsrc : -1;
    }),
  );
}

describe('our receiver with a plain werift camera', () => {
  test.each(Object.entries(PROFILES))('decrypts each packet across the wrap (%s)', async (_, profile) => {
    const { received, sendPacket } = await connectWeriftCamera(resources, { srtpProfiles: [profile] });
    for (let number = FIRST; number < FIRST + 300; number += 1) await sendPacket(number, payloadOf(number));
    await waitUntil('300 packets', () => received.length >= 300, PATIENCE_MS);
    expect(received.map(({ payload }) => payload.readUInt32BE(1))).toEqual(received.map((_, n) => FIRST + n));
    expect(received.map(({ index }) => index)).toEqual(received.map((_, n) => FIRST + n));
  });

  test('gets lost packets again, in order, and is the only one that reports and asks', async () => {
    const relay = resources.own(new LossyRelay(losing(1_000, (number) => number % 10 === 5)));
    const { received, sendPacket, told } = await connectWeriftCamera(resources, { relay });
    const newest = () => received.at(-1)?.payload.readUInt32BE(1);
    for (let n = 0; n < 200; n += 1) {
      await sendPacket(1_000 + n, payloadOf(n));
      if (n % 20 === 19) await waitUntil('the newest packet', () => newest() === n, PATIENCE_MS);
    }
    const numbers = received.map(({ payload }) => payload.readUInt32BE(1));
    expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
    expect(relay.lostPackets).toBe(20);
    // A machine that stands still for longer than the wait makes some come too late.
    expect(numbers.length).toBeGreaterThan(200 - relay.lostPackets);
    await waitUntil('two reports', () => told.filter(isReport).length >= 2, PATIENCE_MS);
    expect(senders(told).size).toBe(1);
  });

  test('goes on after a burst of losses across the wrap, which ends decryption for good in werift', async () => {
    const relay = resources.own(new LossyRelay(losing(FIRST, (number) => number >= 50 && number < 250)));
    const { received, sendPacket } = await connectWeriftCamera(resources, { relay });
    for (let n = 0; n < 350; n += 1) await sendPacket(FIRST + n, payloadOf(n));
    const isLast = () => received.at(-1)?.payload.readUInt32BE(1) === 349;
    await waitUntil('the last packet', isLast, PATIENCE_MS);
    const numbers = received.map(({ payload }) => payload.readUInt32BE(1));
    expect(numbers).toEqual(expect.arrayContaining(Array.from({ length: 100 }, (_, n) => 250 + n)));
    expect(received.map(({ index }) => index)).toEqual(numbers.map((number) => FIRST + number));
  });
});

test('werift is the version whose inner fields the receive path was written for', () => {
  expect(packageJson.dependencies.werift).toBe('0.25.2');
});
