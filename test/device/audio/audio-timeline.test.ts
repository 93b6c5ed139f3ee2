import { describe, expect, test } from '@jest/globals';
import { AudioTimeline } from '../../../device/audio/audio-timeline.ts';

const START_US = 5_000_000;
const FRAME_US = 20_000;
const FRAME_TICKS = 960;

/** Frame n comes `lateUs(n)` after the end of its sound, recorded by a card whose clock runs `card` times as fast. */
function instants(count: number, lateUs: (n: number) => number, card = 1) {
  const timeline = new AudioTimeline();
  return Array.from({ length: count }, (_, n) => {
    const recordedUs = START_US + (n * FRAME_US) / card;
    return { ...timeline.next(recordedUs + FRAME_US / card + lateUs(n)), recordedUs };
  });
}

describe('the times of sound', () => {
  test('count samples from the time of the first, however unevenly packets come', () => {
    const jittery = instants(200, (n) => (n * 7_919) % 30_000);
    const [first] = jittery;
    expect(first?.rtpTimestamp).toBe((START_US * 48) / 1000);
    expect(jittery.map(({ rtpTimestamp }) => rtpTimestamp)).toEqual(
      jittery.map((_, n) => (first?.rtpTimestamp ?? 0) + n * FRAME_TICKS),
    );
  });

  test('follow the earliest arrivals: a stall of this process moves nothing for long', () => {
    const stalled = instants(200, (n) => (n >= 100 && n < 115 ? (115 - n) * FRAME_US : 0));
    for (const { captureTimeUs, recordedUs } of stalled) {
      expect(Math.abs(captureTimeUs - recordedUs)).toBeLessThan(12_000);
    }
    expect(stalled.at(-1)?.captureTimeUs).toBeCloseTo(stalled.at(-1)?.recordedUs ?? 0, 0);
  });

  test('correct at once a start for which sound had been waiting', () => {
    const [, , , fourth] = instants(4, (n) => Math.max(0, 300_000 - n * 100_000));
    expect(fourth?.captureTimeUs).toBe(fourth?.recordedUs);
  });

  test.each([1.0003, 0.9997])('stay in step with a sound card whose clock runs %d times as fast', (card) => {
    const anHour = instants(180_000, () => 0, card);
    const errorsUs = anHour.map(({ captureTimeUs, recordedUs }) => Math.abs(captureTimeUs - recordedUs));
    expect(errorsUs.reduce((most, one) => Math.max(most, one))).toBeLessThan(2_000);
  });

  test('leave out in the timestamps what was not recorded', () => {
    const timeline = new AudioTimeline();
    const before = timeline.next(START_US);
    timeline.handleGap();
    const after = timeline.next(START_US + 1_000_000);
    expect(after.rtpTimestamp - before.rtpTimestamp).toBe(48_000);
  });

  test('never go back after a gap, though the card had been fast', () => {
    const timeline = new AudioTimeline();
    const fast = Array.from({ length: 1_000 }, (_, n) => timeline.next(START_US + n * 10_000));
    timeline.handleGap();
    const after = timeline.next(START_US + 1_000 * 10_000);
    expect(after.rtpTimestamp).toBe((fast.at(-1)?.rtpTimestamp ?? 0) + FRAME_TICKS);
  });

  test('wrap at 32 bits', () => {
    const timeline = new AudioTimeline();
    const wrapUs = (2 ** 32 / 48) * 1000;
    const { rtpTimestamp } = timeline.next(wrapUs + FRAME_US + 1_000);
    expect(rtpTimestamp).toBe(48);
  });
});
