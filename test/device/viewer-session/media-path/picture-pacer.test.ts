import { describe, expect, test } from '@jest/globals';
import type { Picture } from '../../../../device/live-stream/picture.ts';
import { PicturePacer } from '../../../../device/viewer-session/media-path/picture-pacer.ts';
import { pictureBytes } from '../../../../device/viewer-session/media-path/retransmission-ring.ts';
import { ManualClock } from '../../manual-clock.ts';
import { takePictures } from './made-pictures.ts';

const BITRATE_KBPS = 1_440;

function pacerOnClock() {
  const clock = new ManualClock();
  const sent: Picture[] = [];
  const skipped: number[] = [];
  const pacer = new PicturePacer({
    clock,
    bitrateKbps: () => BITRATE_KBPS,
    send: (picture) => sent.push(picture),
    handleSkip: (count) => skipped.push(count),
  });
  return { clock, sent, skipped, pacer };
}

describe('the pacer', () => {
  test('sends a key frame at once, and a whole group of pictures at four times its bitrate', () => {
    const { clock, sent, pacer } = pacerOnClock();
    const pictures = takePictures(60);
    for (const picture of pictures) pacer.push(picture);
    expect(sent.length).toBeGreaterThan(0);
    expect(sent[0]).toBe(pictures[0]);
    expect(sent.length).toBeLessThan(15);
    clock.advance(100);
    const bytes = sent.reduce((sum, picture) => sum + pictureBytes(picture), 0);
    expect(bytes).toBeLessThan(64 * 1024 + 6_000 + (4 * BITRATE_KBPS * 125) / 10);
    clock.advance(500);
    expect(sent).toEqual(pictures);
    expect(clock.pendingTimers).toBe(0);
  });

  test('lets no picture wait once it has caught up', () => {
    const { clock, sent, pacer } = pacerOnClock();
    for (const [n, picture] of takePictures(300).entries()) {
      pacer.push(picture);
      expect(sent).toHaveLength(n + 1);
      clock.advance(33);
    }
  });

  test('jumps to a key frame, and tells what it left out', () => {
    const { clock, sent, skipped, pacer } = pacerOnClock();
    const pictures = takePictures(61);
    for (const picture of pictures) pacer.push(picture);
    expect(pacer.waitingPictures).toBe(1);
    clock.advance(1_000);
    expect(sent.at(-1)).toBe(pictures[60]);
    expect(sent.length).toBeLessThan(20);
    expect(skipped).toEqual([61 - sent.length]);
  });

  test('sends nothing after its end', () => {
    const { clock, sent, pacer } = pacerOnClock();
    for (const picture of takePictures(60)) pacer.push(picture);
    const before = sent.length;
    pacer.close();
    expect(clock.pendingTimers).toBe(0);
    clock.advance(1_000);
    expect(sent).toHaveLength(before);
  });
});
