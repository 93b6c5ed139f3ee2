import { describe, expect, test } from '@jest/globals';
import { ReceptionStatistics } from '../../../camera-client/receive-path/reception-statistics.ts';

const SSRC = 7;
const TICKS_PER_MS = 90;

function statisticsOf(...packets: readonly { index: number; sentAtMs: number; atMs: number }[]) {
  const statistics = new ReceptionStatistics(90_000);
  for (const { index, sentAtMs, atMs } of packets) {
    const timestamp = (2 ** 32 - 2_000 + sentAtMs * TICKS_PER_MS) % 2 ** 32;
    statistics.handlePacket({ index, timestamp }, atMs);
  }
  return statistics;
}

const onTime = (index: number) => ({ index, sentAtMs: index * 10, atMs: index * 10 + 5 });

describe('what is reported of a stream', () => {
  test('is nothing before its first packet', () => {
    expect(statisticsOf().report(SSRC, 0)).toBeUndefined();
  });

  test('is what was lost: since the last report as a share, and ever since as a count', () => {
    const statistics = statisticsOf(onTime(10), onTime(11), onTime(14), onTime(13));
    expect(statistics.report(SSRC, 200)).toMatchObject({ fractionLost: 0.2, cumulativeLost: 1 });
    expect(statistics.report(SSRC, 300)).toMatchObject({ fractionLost: 0, cumulativeLost: 1 });
    statistics.handlePacket({ index: 18, timestamp: 0 }, 400);
    expect(statistics.report(SSRC, 500)).toMatchObject({ fractionLost: 0.75, cumulativeLost: 4 });
  });

  test('counts the wraps', () => {
    const report = statisticsOf(onTime(65_535), onTime(65_536)).report(SSRC, 0);
    expect(report).toMatchObject({ highestSequence: 65_536, cumulativeLost: 0 });
  });

  test('counts first packets that overtook each other', () => {
    expect(statisticsOf(onTime(12), onTime(10), onTime(11)).report(SSRC, 0)?.cumulativeLost).toBe(0);
  });

  test('has no jitter where packets come as they were sent, across the wrap of the timestamps too', () => {
    const packets = Array.from({ length: 100 }, (_, index) => onTime(index));
    expect(statisticsOf(...packets).report(SSRC, 0)?.jitter).toBeCloseTo(0, 6);
  });

  test('has the smoothed jitter of RFC 3550, of pictures rather than packets', () => {
    const late = { index: 2, sentAtMs: 20, atMs: 33 };
    const samePicture = { index: 3, sentAtMs: 20, atMs: 60 };
    const report = statisticsOf(onTime(1), late, samePicture).report(SSRC, 0);
    expect(report?.jitter).toBeCloseTo((8 * TICKS_PER_MS) / 16, 6);
  });
});
