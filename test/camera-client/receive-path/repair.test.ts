import { afterEach, describe, expect, test } from '@jest/globals';
import { parseRtcp } from '../../../media/rtcp.ts';
import { SimulatedView, type SimulatedViewOptions } from './simulated-view.ts';

let view: SimulatedView | undefined;

afterEach(() => view?.close());

function open(options: SimulatedViewOptions): SimulatedView {
  view = new SimulatedView(options);
  return view;
}

const countFrom = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, n) => first + n);

/** Lets what is under way arrive, and be asked for and given up. */
function settle({ toViewer, toCamera, clock }: SimulatedView): void {
  for (const link of [toViewer, toCamera]) link.shape = { oneWayMs: link.shape.oneWayMs };
  clock.advance(1_000);
}

describe('on a perfect network', () => {
  test('every packet is handed on the moment it comes, and nothing is asked for', () => {
    const perfect = open({ shape: { oneWayMs: 1 } });
    for (let n = 0; n < 200; n += 1) {
      perfect.play(1);
      expect(perfect.received).toHaveLength(perfect.sentPackets);
    }
    expect(perfect.receivedNumbers).toEqual(countFrom(0, perfect.sentPackets));
    expect(new Set(perfect.requests.map(({ kind }) => kind))).toEqual(new Set(['rr']));
    expect(perfect.sender.statistics).toMatchObject({ packetsSentAgain: 0, fractionLost: 0, packetsLost: 0 });
  });

  test('no timer runs but those of the reports and of the watch for silence', () => {
    const perfect = open({ shape: { oneWayMs: 1 } });
    perfect.play(30);
    const [ours, theReports, theSilence, theirReports] = [perfect.clock.pendingTimers, 1, 1, 1];
    expect(ours).toBe(theReports + theSilence + theirReports);
  });
});

describe('on a network that loses and reorders', () => {
  test.each([
    { lossShare: 0.02, oneWayMs: 1, jitterMs: 2, withRtx: true, mostLost: 0 },
    { lossShare: 0.02, oneWayMs: 1, jitterMs: 2, withRtx: false, mostLost: 0 },
    { lossShare: 0.02, oneWayMs: 10, jitterMs: 10, withRtx: true, mostLost: 0 },
    { lossShare: 0.1, oneWayMs: 1, jitterMs: 2, withRtx: true, mostLost: 0 },
    // Not every packet that is lost three times over can be waited for.
    { lossShare: 0.1, oneWayMs: 5, jitterMs: 5, withRtx: true, mostLost: 20 },
    // How long the way is must be learnt from the first loss, which is given up too soon.
    { lossShare: 0.02, oneWayMs: 40, jitterMs: 5, withRtx: true, mostLost: 10 },
  ])('pictures are complete and in order: %o', ({ withRtx, mostLost, ...shape }) => {
    const lossy = open({ shape, withRtx, firstSequenceNumber: 32_000 });
    lossy.play(2_000);
    settle(lossy);
    const numbers = lossy.receivedNumbers;
    expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
    expect(lossy.sentPackets - numbers.length).toBeLessThanOrEqual(mostLost);
    expect(lossy.toViewer.lostPackets).toBeGreaterThan(300);
    expect(lossy.sender.statistics.packetsSentAgain).toBeLessThan(3 * lossy.toViewer.lostPackets);
    expect(lossy.keyframeRequests).toBeLessThanOrEqual(mostLost);
  });

  test('the camera is told how many packets were lost on their way, though all were repaired', () => {
    const lossy = open({ shape: { oneWayMs: 1, lossShare: 0.1 } });
    lossy.play(300);
    const { packetsLost = 0, fractionLost = 0, roundTripMs } = lossy.sender.statistics;
    expect(lossy.receivedNumbers).toEqual(countFrom(0, lossy.sentPackets));
    expect(packetsLost / lossy.sentPackets).toBeCloseTo(0.1, 1);
    expect(fractionLost).toBeGreaterThan(0.01);
    expect(roundTripMs).toBeCloseTo(2, 0);
  });
});

describe('one lost packet', () => {
  /** The third packet of the second picture. */
  function loseOne({ first = 100, isCameraDeaf = false } = {}): SimulatedView {
    const lossy = open({ shape: { oneWayMs: 4 }, firstSequenceNumber: first });
    lossy.play(1);
    let seen = 0;
    lossy.toViewer.isLost = () => (seen += 1) === 3;
    lossy.toCamera.isLost = () => isCameraDeaf;
    lossy.play(1);
    return lossy;
  }

  test.each([100, 65_533 - 57])('is asked for once when its answer comes (first number %i)', (first) => {
    const lossy = loseOne({ first });
    lossy.play(3);
    expect(lossy.requestsOf('nack')).toMatchObject([{ lost: [(first + 59) & 0xffff] }]);
    expect(lossy.receivedNumbers).toEqual(countFrom(0, lossy.sentPackets));
    expect(lossy.sender.statistics.packetsSentAgain).toBe(1);
  });

  test('is asked for a few times when no answer comes, and given up for a key frame', () => {
    const lossy = loseOne({ isCameraDeaf: true });
    lossy.play(5);
    const kinds = lossy.toCamera.sent.flatMap(parseRtcp).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'nack').length).toBeGreaterThanOrEqual(2);
    expect(kinds.filter((kind) => kind === 'nack').length).toBeLessThanOrEqual(4);
    expect(kinds.filter((kind) => kind === 'pli')).toHaveLength(1);
    expect(lossy.receivedNumbers).toEqual([...countFrom(0, 59), ...countFrom(60, lossy.sentPackets - 60)]);
  });

  test('is not asked for any more when it has been given up, but the key frame is until it comes', () => {
    const lossy = loseOne({ isCameraDeaf: true });
    lossy.play(5);
    lossy.toCamera.isLost = () => false;
    lossy.play(20);
    expect(lossy.requestsOf('nack')).toEqual([]);
    expect(lossy.keyframeRequests).toBe(1);
    expect(lossy.requestsOf('pli')).toHaveLength(1);
  });

  test('does not hold what comes behind it for longer than the wait', () => {
    const lossy = loseOne({ isCameraDeaf: true });
    expect(lossy.received).toHaveLength(57 + 2);
    lossy.play(2);
    expect(lossy.received).toHaveLength(lossy.sentPackets - 1);
  });
});

describe('a burst of losses', () => {
  test.each([100, 1_000, 40_000])('of %i packets across the wrap ends no decryption', (lost) => {
    const cut = open({ shape: { oneWayMs: 2 }, firstSequenceNumber: 65_536 - 120 });
    cut.play(5);
    const before = cut.received.length;
    const until = cut.sentPackets + lost;
    cut.toViewer.isLost = () => true;
    while (cut.sentPackets < until) cut.play(1);
    cut.toViewer.isLost = () => false;
    const first = cut.sentPackets;
    cut.play(100);
    const after = cut.received.slice(before);
    expect(after.filter(({ payload }) => payload.readUInt32BE(2) >= first)).toHaveLength(
      cut.sentPackets - first,
    );
    expect(cut.received.map(({ index }) => index)).toEqual(
      cut.receivedNumbers.map((number) => number + 65_536 - 120),
    );
  });

  test('that is too long to be repaired is not asked for, but a key frame is', () => {
    const cut = open({ shape: { oneWayMs: 2 } });
    cut.play(5);
    cut.toViewer.isLost = () => true;
    cut.play(40);
    cut.toViewer.isLost = () => false;
    cut.play(1);
    const first = cut.sentPackets;
    cut.play(10);
    expect(cut.requestsOf('nack')).toEqual([]);
    expect(cut.keyframeRequests).toBe(1);
    expect(cut.receivedNumbers.slice(-(cut.sentPackets - first))).toEqual(
      countFrom(first, cut.sentPackets - first),
    );
  });

  test('within a key frame of hundreds of packets is repaired behind it', () => {
    const cut = open({ shape: { oneWayMs: 2 }, packetsPerKeyframe: 400 });
    let seen = 0;
    cut.toViewer.isLost = () => (seen += 1) > 5 && seen < 100;
    cut.play(4);
    expect(cut.receivedNumbers).toEqual(countFrom(0, cut.sentPackets));
    expect(cut.keyframeRequests).toBe(0);
  });
});

describe('at the beginning', () => {
  test('a lost first packet is noticed by its key frame, and another is asked for at once', () => {
    const late = open({ shape: { oneWayMs: 2 } });
    let seen = 0;
    late.toViewer.isLost = () => (seen += 1) === 1;
    late.play(2);
    expect(late.keyframeRequests).toBe(1);
    expect(late.receivedNumbers.slice(0, 3)).toEqual([1, 2, 3]);
  });
});
