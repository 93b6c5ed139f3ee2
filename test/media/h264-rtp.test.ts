import { describe, expect, test } from '@jest/globals';
import { type AccessUnit, accessUnitToAnnexB } from '../../media/access-unit.ts';
import { H264Depacketizer, type H264RtpPacket } from '../../media/h264-depacketizer.ts';
import { packetizeH264 } from '../../media/h264-packetizer.ts';
import { accessUnitsOf, pseudoRandomBytes, readRecording } from './rpicam-recordings.ts';

const RECORDINGS = [
  'recommended-720p30',
  'recommended-1080p30',
  'low-latency-several-slices',
  'default-high-b-frames',
  'mistake-b-2M',
];

function packetsOf(
  units: readonly AccessUnit[],
  firstSequenceNumber = 65_400,
  maxPayloadBytes = 1200,
): H264RtpPacket[] {
  return units
    .flatMap((unit, picture) =>
      packetizeH264(unit, maxPayloadBytes).map((part) => ({
        ...part,
        timestamp: (2 ** 32 - 9000 + picture * 3000) >>> 0,
      })),
    )
    .map((part, index) => ({ ...part, sequenceNumber: (firstSequenceNumber + index) & 0xffff }));
}

function receive(packets: readonly H264RtpPacket[]) {
  const depacketizer = new H264Depacketizer();
  const units = packets.flatMap((packet) => depacketizer.push(packet));
  return { units, depacketizer, bytes: units.map((unit) => accessUnitToAnnexB(unit).toString('base64')) };
}

const bytesOf = (units: readonly AccessUnit[]) =>
  units.map((unit) => accessUnitToAnnexB(unit).toString('base64'));
const unit = (...nalUnits: Buffer[]): AccessUnit => ({ nalUnits, captureTimeUs: 0, isKeyframe: false });
const slice = (bytes: number): Buffer =>
  Buffer.concat([Buffer.of(0x41, 0x9a), Buffer.alloc(bytes - 2, 0x77)]);

describe('packetizing', () => {
  test.each([1200, 500, 64])(
    'no payload is larger than %i bytes and only the last has the marker',
    (maxBytes) => {
      for (const picture of accessUnitsOf(readRecording('low-latency-several-slices'))) {
        const parts = packetizeH264(picture, maxBytes);
        expect(Math.max(...parts.map(({ payload }) => payload.length))).toBeLessThanOrEqual(maxBytes);
        expect(parts.map(({ marker }) => marker)).toEqual(
          parts.map((_, index) => index === parts.length - 1),
        );
      }
    },
  );

  test('every key frame begins with one STAP-A that holds SPS and PPS and has no marker', () => {
    const keyframes = accessUnitsOf(readRecording('recommended-720p30')).filter(
      (picture) => picture.isKeyframe,
    );
    for (const keyframe of keyframes) {
      const [first, second] = packetizeH264(keyframe);
      expect(first?.marker).toBe(false);
      expect((first?.payload[0] ?? 0) & 0x1f).toBe(24);
      expect((first?.payload[3] ?? 0) & 0x1f).toBe(7);
      expect([5, 28]).toContain((second?.payload[0] ?? 0) & 0x1f);
    }
  });

  test('a NAL unit of exactly the limit is one packet, a byte more makes two', () => {
    expect(packetizeH264(unit(slice(1200)))).toHaveLength(1);
    expect(packetizeH264(unit(slice(1201)))).toHaveLength(2);
  });

  test('a leading NAL unit that does not fit the STAP-A follows it on its own', () => {
    const sei = Buffer.concat([Buffer.of(6), Buffer.alloc(1190, 5)]);
    const parts = packetizeH264(unit(Buffer.of(0x67, 1), Buffer.of(0x68, 2), sei, slice(10)));
    expect(parts.map(({ payload }) => (payload[0] ?? 0) & 0x1f)).toEqual([24, 6, 1]);
  });

  test('an access unit with nothing in it gives no packets', () => {
    expect(packetizeH264(unit())).toEqual([]);
    expect(packetizeH264(unit(Buffer.alloc(0)))).toEqual([]);
  });
});

describe('there and back', () => {
  test.each(RECORDINGS)('%s arrives byte for byte, across the wraps of sequence number and time', (name) => {
    const sent = accessUnitsOf(readRecording(name));
    const { units, bytes, depacketizer } = receive(packetsOf(sent));
    expect(bytes).toEqual(bytesOf(sent));
    expect(units.map(({ isKeyframe }) => isKeyframe)).toEqual(sent.map(({ isKeyframe }) => isKeyframe));
    const gapsUs = units
      .slice(1)
      .map((next, index) => next.captureTimeUs - (units[index]?.captureTimeUs ?? 0));
    expect(gapsUs.every((gapUs) => Math.abs(gapUs - 33_333) <= 1)).toBe(true);
    expect(depacketizer.droppedUnits).toBe(0);
  });

  test('a lost packet costs its own picture only, and no picture ever arrives altered', () => {
    const sent = accessUnitsOf(readRecording('low-latency-several-slices')).slice(0, 12);
    const packets = packetsOf(sent);
    const originals = bytesOf(sent);
    const headBytes = bytesOf(sent.map((picture) => ({ ...picture, nalUnits: picture.nalUnits.slice(3) })));
    for (const lost of packets) {
      const { bytes, depacketizer } = receive(packets.filter((packet) => packet !== lost));
      const whole = bytes.filter((picture) => originals.includes(picture));
      expect(whole.length).toBeGreaterThanOrEqual(sent.length - 1);
      expect(bytes.every((picture) => originals.includes(picture) || headBytes.includes(picture))).toBe(true);
      expect(depacketizer.lostPackets).toBe(lost === packets[0] || lost === packets.at(-1) ? 0 : 1);
    }
  });

  test('a lost marker packet of a whole picture does not hold up the one after it', () => {
    const packets = packetsOf([unit(slice(100)), unit(slice(200))]).map((packet) => ({
      ...packet,
      marker: false,
    }));
    expect(receive([...packets, { ...packets[1], marker: true } as H264RtpPacket]).units).toHaveLength(1);
  });

  test('duplicates, late and empty packets change nothing', () => {
    const sent = accessUnitsOf(readRecording('mistake-b-2M'));
    const packets = packetsOf(sent).flatMap((packet) => [packet, packet]);
    const noisy = packets.flatMap((packet, index) =>
      index > 6 && index % 5 === 0 ? [packet, packets[index - 6]] : [packet],
    );
    expect(receive(noisy.filter((packet) => packet !== undefined)).bytes).toEqual(bytesOf(sent));
    const depacketizer = new H264Depacketizer();
    expect(
      depacketizer.push({ sequenceNumber: 1, timestamp: 1, marker: false, payload: Buffer.alloc(0) }),
    ).toEqual([]);
    expect(
      depacketizer.push({ sequenceNumber: 2, timestamp: 1, marker: true, payload: slice(9) }),
    ).toHaveLength(1);
  });

  test('joining in the middle of a picture drops it and begins with the next', () => {
    const sent = accessUnitsOf(readRecording('recommended-720p30')).slice(0, 3);
    const { bytes, depacketizer } = receive(packetsOf(sent).slice(4));
    expect(bytes).toEqual(bytesOf(sent).slice(1));
    expect(depacketizer.droppedUnits).toBe(1);
  });
});

describe('garbage', () => {
  test.each(Array.from({ length: 100 }, (_, seed) => seed))('never throws (seed %i)', (seed) => {
    const depacketizer = new H264Depacketizer({ maxAccessUnitBytes: 5000 });
    const bytes = pseudoRandomBytes(20_000, seed);
    for (let i = 0; i + 40 < bytes.length; i += 40) {
      const payload = bytes.subarray(i + 4, i + 4 + ((bytes[i] ?? 0) % 36));
      if (seed % 2 === 0 && payload.length > 0) payload[0] = i % 80 === 0 ? 24 : 28;
      const packet = {
        sequenceNumber: seed + (bytes[i + 1] ?? 0),
        timestamp: (bytes[i + 2] ?? 0) >> 6,
        marker: (bytes[i + 3] ?? 0) > 250,
        payload,
      };
      for (const received of depacketizer.push(packet)) expect(received.nalUnits.length).toBeGreaterThan(0);
    }
  });

  test('a picture without end is dropped at the limit', () => {
    const depacketizer = new H264Depacketizer({ maxAccessUnitBytes: 5000 });
    for (let i = 0; i < 100; i += 1) {
      depacketizer.push({ sequenceNumber: i, timestamp: 0, marker: false, payload: slice(1000) });
    }
    depacketizer.push({ sequenceNumber: 100, timestamp: 0, marker: true, payload: slice(10) });
    expect(depacketizer.droppedUnits).toBe(1);
  });
});
