import { expect, test } from '@jest/globals';
import { LossMeter } from '../../../../device/viewer-session/media-path/loss-meter.ts';

type Report = readonly [atS: number, highestSequence: number, cumulativeLost: number];

test.each<{ name: string; reports: readonly Report[]; shares: readonly (number | undefined)[] }>([
  { name: 'the first report says nothing', reports: [[0, 100, 50]], shares: [undefined] },
  {
    name: 'several reports within a second are taken together',
    reports: [
      [0, 100, 0],
      [0.2, 140, 30],
      [0.9, 280, 30],
      [1.1, 300, 30],
    ],
    shares: [undefined, undefined, undefined, 0.15],
  },
  {
    name: 'each second is measured for itself',
    reports: [
      [0, 100, 0],
      [1, 200, 50],
      [2, 300, 50],
    ],
    shares: [undefined, 0.5, 0],
  },
  {
    name: 'duplicates are no gain',
    reports: [
      [0, 100, 5],
      [1, 200, -5],
    ],
    shares: [undefined, 0],
  },
  {
    name: 'without a packet there is no share',
    reports: [
      [0, 100, 0],
      [1, 100, 0],
    ],
    shares: [undefined, undefined],
  },
])('$name', ({ reports, shares }) => {
  const meter = new LossMeter();
  const measured = reports.map(([atS, highestSequence, cumulativeLost]) => {
    const block = { ssrc: 1, fractionLost: 0, jitter: 0, lastSenderReport: 0, delaySinceLastSenderReport: 0 };
    return meter.measure({ ...block, highestSequence, cumulativeLost }, atS * 1e6);
  });
  expect(measured).toEqual(shares);
});
