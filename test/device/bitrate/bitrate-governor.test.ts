import { expect, test } from '@jest/globals';
import { BitrateGovernor } from '../../../device/bitrate/bitrate-governor.ts';
import { ManualClock } from '../manual-clock.ts';

type Step = (governor: BitrateGovernor, clock: ManualClock) => void;

const FULL_KBPS = 2000;

const seconds =
  (s: number): Step =>
  (_, clock) =>
    clock.advance(s * 1000);
const wish =
  (who: string, kbps: number): Step =>
  (governor) =>
    governor.wish(who, kbps);
const withdraw =
  (who: string): Step =>
  (governor) =>
    governor.withdraw(who);
const estimate =
  (viewer: string, estimateKbps: number, streamKbps: number): Step =>
  (governor) =>
    governor.handleLinkReport(viewer, { kind: 'estimate', estimateKbps, streamKbps });
const loss =
  (viewer: string, lossShare: number, streamKbps: number): Step =>
  (governor) =>
    governor.handleLinkReport(viewer, { kind: 'loss', lossShare, streamKbps });
const leave =
  (viewer: string): Step =>
  (governor) =>
    governor.forgetLink(viewer);
const idle: Step = (governor) => governor.restore();
/** Viewers whose links were good while they joined. */
const joined = (...viewers: string[]): Step[] => [
  ...viewers.map((viewer) => estimate(viewer, 3000, FULL_KBPS)),
  seconds(3),
];
const repeat = (times: number, ...steps: Step[]): Step[] => Array.from({ length: times }, () => steps).flat();

function play(steps: readonly Step[]): number[] {
  const clock = new ManualClock();
  const told: number[] = [];
  const governor = new BitrateGovernor({
    fullKbps: FULL_KBPS,
    clock,
    apply: (kbps) => void told.push(kbps),
  });
  for (const step of steps) step(governor, clock);
  governor.close();
  expect(clock.pendingTimers).toBe(0);
  governor.forgetLink('a');
  governor.withdraw('a');
  expect(clock.pendingTimers).toBe(0);
  return told;
}

interface Case {
  readonly name: string;
  readonly steps: readonly Step[];
  /** What the source is told, kbit/s, in order. */
  readonly applied: readonly number[];
}

test.each<Case>([
  { name: 'a cut comes at once', steps: [wish('a', 1500)], applied: [1500] },
  { name: 'the highest decides', steps: [wish('b', 1800), wish('a', 1200)], applied: [1800] },
  { name: 'nothing is below the floor', steps: [wish('a', 100)], applied: [1000] },
  {
    name: 'nothing is above what is configured',
    steps: [wish('a', 9000), seconds(20)],
    applied: [],
  },
  { name: 'a raise waits', steps: [wish('a', 1200), wish('a', 1700), seconds(9.9)], applied: [1200] },
  {
    name: 'a raise comes after ten seconds',
    steps: [wish('a', 1200), wish('a', 1700), seconds(10)],
    applied: [1200, 1700],
  },
  {
    name: 'a raise goes to what is wished for when it is due',
    steps: [wish('a', 1200), wish('a', 1900), seconds(5), wish('a', 1400), seconds(5)],
    applied: [1200, 1400],
  },
  {
    name: 'a raise that is no longer wished for is forgotten',
    steps: [
      ...[wish('a', 1200), wish('a', 1900), seconds(5)],
      ...[wish('a', 1200), seconds(5), wish('a', 1900), seconds(9.9)],
    ],
    applied: [1200],
  },
  {
    name: 'who leaves lets the others decide',
    steps: [wish('a', 1900), wish('b', 1200), withdraw('a')],
    applied: [1900, 1200],
  },
  {
    name: 'the last to leave raises it slowly',
    steps: [wish('a', 1200), withdraw('a'), seconds(10)],
    applied: [1200, 2000],
  },
  { name: 'idle restores at once', steps: [wish('a', 1200), idle], applied: [1200, 2000] },
])('of wishes: $name', ({ steps, applied }) => {
  expect(play(steps)).toEqual(applied);
});

test.each<Case>([
  {
    name: 'one that is too narrow cuts at once',
    steps: [...joined('a'), estimate('a', 1400, 2000)],
    applied: [1400],
  },
  {
    name: 'none cuts below the floor',
    steps: [...joined('a'), estimate('a', 800, 2000)],
    applied: [1000],
  },
  {
    name: 'one that the floor would not serve either costs the others nothing',
    steps: [...joined('a', 'b'), estimate('a', 600, 2000), seconds(30)],
    applied: [],
  },
  {
    name: 'when none is served even by the floor, the floor it is',
    steps: [...joined('a', 'b'), estimate('a', 600, 2000), estimate('b', 300, 2000)],
    applied: [1000],
  },
  {
    name: 'of those that can be served the weakest decides',
    steps: [...joined('a', 'b', 'c'), estimate('a', 1700, 2000), estimate('b', 1300, 2000)],
    applied: [1700, 1300],
  },
  {
    name: 'the lower of wish and link holds',
    steps: [...joined('a'), wish('b', 1800), estimate('a', 1400, 1800), wish('b', 1200)],
    applied: [1800, 1400, 1200],
  },
  {
    name: 'a narrow one is tried out in steps',
    steps: [...joined('a'), estimate('a', 1000, 2000), estimate('a', 1500, 1000), seconds(40)],
    applied: [1000, 1250, 1563, 1954, 2000],
  },
  {
    name: 'while it complains nothing is raised',
    steps: [...joined('a'), estimate('a', 1000, 2000), ...repeat(5, seconds(5), loss('a', 0.05, 1000))],
    applied: [1000],
  },
  {
    name: 'after a raise that failed the next one waits twice as long',
    steps: [
      ...[...joined('a'), estimate('a', 1000, 2000), estimate('a', 1500, 1000), seconds(12)],
      ...[estimate('a', 1050, 1250), estimate('a', 1500, 1050), seconds(19.9)],
    ],
    applied: [1000, 1250, 1050],
  },
  {
    name: 'a raise that failed is tried again',
    steps: [
      ...[...joined('a'), estimate('a', 1000, 2000), estimate('a', 1500, 1000), seconds(12)],
      ...[estimate('a', 1050, 1250), estimate('a', 1500, 1050), seconds(20)],
    ],
    applied: [1000, 1250, 1050, 1313],
  },
  {
    name: 'several complaints about one raise count once',
    steps: [
      ...[...joined('a'), estimate('a', 1000, 2000), estimate('a', 1500, 1000), seconds(12)],
      ...[estimate('a', 1100, 1250), estimate('a', 1050, 1250), estimate('a', 1000, 1250)],
      ...[estimate('a', 1500, 1000), seconds(20)],
    ],
    applied: [1000, 1250, 1100, 1050, 1000, 1250],
  },
  {
    name: 'when the narrow one leaves, the others need not be tried out',
    steps: [...joined('a', 'b'), estimate('a', 1000, 2000), leave('a'), seconds(10)],
    applied: [1000, 2000],
  },
  {
    name: 'much loss is taken for a narrow one',
    steps: [...joined('a'), loss('a', 0.25, 2000)],
    applied: [1500],
  },
  {
    name: 'a little loss is none',
    steps: [...joined('a'), ...repeat(10, loss('a', 0.08, 2000), seconds(1))],
    applied: [],
  },
  {
    name: 'loss that no cut ends is its own affair: the others get their picture back',
    steps: [...joined('a', 'b'), ...repeat(20, loss('a', 0.2, 2000), seconds(1))],
    applied: [1600, 1250, 1000, 2000],
  },
  {
    name: 'loss that no cut ends leaves one who watches alone with the floor',
    steps: [...joined('a'), ...repeat(20, loss('a', 0.2, 2000), seconds(1))],
    applied: [1600, 1250, 1000],
  },
  {
    name: 'an estimate that is low after a still scene, but grows, is no complaint',
    steps: [
      ...[estimate('a', 330, 300), seconds(5), estimate('a', 330, 300)],
      ...[300, 1500, 2000, 2000, 2000].flatMap((kbps, n) => [seconds(1), estimate('a', 330 + 30 * n, kbps)]),
    ],
    applied: [],
  },
  {
    name: 'an estimate that fell too deep is no longer believed when the stream passes without loss',
    steps: [...joined('a'), estimate('a', 150, 2000), ...repeat(15, seconds(1), estimate('a', 150, 1000))],
    applied: [1000, 1250],
  },
  {
    name: 'an estimate that fell counts when the stream grows beyond it a little later',
    steps: [
      ...joined('a'),
      ...[estimate('a', 1600, 1200), estimate('a', 1200, 1200), seconds(4), estimate('a', 1210, 2000)],
    ],
    applied: [1200],
  },
  {
    name: 'what is told while the first pictures pour in does not count',
    steps: [estimate('a', 3000, 2000), seconds(2), estimate('a', 900, 2000), loss('a', 0.5, 2000)],
    applied: [],
  },
  {
    name: 'a limit is doubted after a minute, though there is some loss',
    steps: [
      ...joined('a'),
      loss('a', 0.4, 2000),
      ...repeat(62, seconds(1), loss('a', 0.05, 1200)),
      seconds(10),
    ],
    applied: [1200, 1500],
  },
  {
    name: 'idle restores at once and forgets them',
    steps: [...joined('a'), estimate('a', 1400, 2000), idle, seconds(60)],
    applied: [1400, 2000],
  },
])('of links: $name', ({ steps, applied }) => {
  expect(play(steps)).toEqual(applied);
});

test('a link that fails again and again is tried out less and less, but every three minutes at least', () => {
  const clock = new ManualClock();
  const raisesAtS: number[] = [];
  let appliedKbps = FULL_KBPS;
  const governor = new BitrateGovernor({
    fullKbps: FULL_KBPS,
    clock,
    apply: (kbps) => {
      if (kbps > appliedKbps) raisesAtS.push(Math.round(clock.nowUs() / 1e6));
      appliedKbps = kbps;
    },
  });
  for (let second = 0; second < 900; second += 1) {
    const estimateKbps = appliedKbps > 1100 ? 1000 : 1500;
    governor.handleLinkReport('a', { kind: 'estimate', estimateKbps, streamKbps: appliedKbps });
    clock.advance(1000);
  }
  governor.close();
  const pausesS = raisesAtS.slice(1).map((s, n) => s - (raisesAtS[n] ?? 0));
  expect(pausesS.map((s) => Math.round(s / 10) * 10)).toEqual([20, 40, 80, 160, 160, 160, 160]);
});
