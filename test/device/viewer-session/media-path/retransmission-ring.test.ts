import { describe, expect, test } from '@jest/globals';
import { RetransmissionRing } from '../../../../device/viewer-session/media-path/retransmission-ring.ts';
import { packetNumber, takePictures } from './made-pictures.ts';

const ROOMY = { maxAgeMs: 60_000, maxPackets: 100_000, maxBytes: 100_000_000 };

describe('the retransmission ring', () => {
  test('gives back each packet with its marker and timestamp', () => {
    const ring = new RetransmissionRing();
    const pictures = takePictures(20);
    for (const picture of pictures) ring.add(picture);
    for (const { packets, packetIndex, rtpTimestamp } of pictures) {
      packets.forEach((packet, i) => expect(ring.get(packetIndex + i)).toEqual({ ...packet, rtpTimestamp }));
    }
    expect(ring.get(-1)).toBeUndefined();
    expect(ring.get(120)).toBeUndefined();
  });

  test('keeps a picture once however many viewers add it, and its bytes not at all', () => {
    const ring = new RetransmissionRing();
    const pictures = takePictures(10);
    for (let viewer = 0; viewer < 5; viewer += 1) for (const picture of pictures) ring.add(picture);
    expect([ring.packets, ring.bytes]).toEqual([60, 60_000]);
    expect(ring.get(3)?.payload).toBe(pictures[0]?.packets[3]?.payload);
  });

  test('keeps more than a second of 30 pictures a second', () => {
    const ring = new RetransmissionRing();
    for (const picture of takePictures(300)) ring.add(picture);
    const newest = 300 * 6 - 1;
    const kept = [...Array(newest).keys()].map((i) => newest - i).findIndex((i) => ring.get(i) === undefined);
    expect(kept).toBeGreaterThan(30 * 6);
    expect(kept).toBeLessThanOrEqual(4 * 30 * 6);
  });

  test('finds what a new viewer begins with, however old that is', () => {
    const gop = takePictures(300, { gopLength: 300 });
    const ring = new RetransmissionRing(undefined, () => gop);
    for (const picture of gop) ring.add(picture);
    expect(ring.packets).toBeLessThan(100 * 6);
    for (const { packets, packetIndex } of gop)
      packets.forEach(({ payload }, i) => expect(ring.get(packetIndex + i)?.payload).toBe(payload));
    expect(ring.get(300 * 6)).toBeUndefined();
  });

  test.each([
    ['packets', { ...ROOMY, maxPackets: 100 }],
    ['bytes', { ...ROOMY, maxBytes: 100_000 }],
    ['age', { ...ROOMY, maxAgeMs: 16 * 33.4 }],
  ])('never outgrows its bound of %s', (_, bounds) => {
    const ring = new RetransmissionRing(bounds);
    for (const picture of takePictures(200)) {
      ring.add(picture);
      expect(ring.packets).toBeLessThanOrEqual(17 * 6);
      expect(ring.bytes).toBe(ring.packets * 1_000);
      expect(packetNumber(ring.get(picture.packetIndex)?.payload ?? Buffer.alloc(4))).toBe(
        picture.packetIndex,
      );
    }
  });

  test('begins anew after pictures that nobody was sent', () => {
    const ring = new RetransmissionRing();
    const pictures = takePictures(30);
    for (const picture of [...pictures.slice(0, 10), ...pictures.slice(20)]) ring.add(picture);
    expect(ring.get(5)).toBeUndefined();
    expect(ring.get(65)).toBeUndefined();
    expect(ring.packets).toBe(60);
  });

  test('measures the bitrate', () => {
    const ring = new RetransmissionRing();
    expect(ring.bitrateKbps).toBeUndefined();
    for (const picture of takePictures(90)) ring.add(picture);
    expect(ring.bitrateKbps).toBeCloseTo((30 * 6_000 * 8) / 1_000, -2);
  });
});
