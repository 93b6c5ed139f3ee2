import { describe, expect, test } from '@jest/globals';
import type { KnownCamera } from '../../../camera-client/camera-directory.ts';
import { amount, duration, megabits, milliseconds, percent } from '../../../command-line/top/figures.ts';
import type { CameraReading } from '../../../command-line/top/fleet-watch.ts';
import { AnswerHistory } from '../../../command-line/top/rates.ts';
import { viewLines } from '../../../command-line/top/view-lines.ts';
import { CameraError } from '../../../contract/errors.ts';
import type { DeviceStatistics } from '../../../contract/device-statistics.ts';
import { madeStatistics } from '../../support/made-statistics.ts';

const RATES = { picturesPerS: 29.97, videoKbps: 2_140, sentKbps: 2_100, cpuShare: 0.123 };
const DELAY = { count: 9, sumMs: 9, p50Ms: 3.42, p95Ms: 12.2, p99Ms: 1_234, maxMs: 2_000 };

function known(device: string, online = true): KnownCamera {
  return { device, online, info: undefined, state: undefined };
}

function answered(device: string, changes: Partial<DeviceStatistics> = {}): CameraReading {
  const statistics = madeStatistics(changes);
  return { kind: 'answered', camera: known(device), statistics, answerMs: 4.2, rates: RATES };
}

const VIEWER = {
  ...{ peer: 'web-abcdefgh', ageS: 65, connected: true, congested: false, packetsSent: 12_345 },
  ...{ packetsSentAgain: 3, roundTripMs: 21.6, fractionLost: 0.02, jitterMs: 1.25 },
};

describe('the table of cameras', () => {
  const { state, delays } = madeStatistics();
  const busy = answered('front-door', {
    state: { ...state, streaming: true, viewers: 1 },
    viewers: [VIEWER],
    source: { starts: 3, restarts: 2, failures: 2 },
    keyframeRequests: { asked: 14, passed: 6 },
    droppedPictures: { slowViewer: 1_200, pacing: 34 },
    delays: { ...delays, total: DELAY },
    process: { cpuS: 1, residentBytes: 92_000_000, heapUsedBytes: 1, eventLoopDelay: null },
  });

  test('has all there is to see at a glance in a line of 80 characters', () => {
    const [head = '', line = ''] = viewLines([busy], undefined, 80);
    expect(line).toBe('front-door live     30.0  2.14    1  1.2k   14   2  3.4   12 1.2k   22  12%  92M');
    expect([head.length, line.length]).toEqual([80, 80]);
    expect(head).toMatch(/^CAMERA +STATE +FPS +Mb\/s VIEW DROPS KEYS RST +P50 +P95 +P99 +RTT +CPU +MEM$/u);
  });

  test.each([80, 100, 132])(
    'is nowhere wider than a terminal of %i columns, whatever the figures',
    (columns) => {
      const huge = answered('a-camera-with-a-very-long-name-that-does-not-fit-anywhere-at-all', {
        droppedPictures: { slowViewer: 999_999_999, pacing: 1 },
        keyframeRequests: { asked: 123_456_789, passed: 0 },
        process: { cpuS: 1, residentBytes: 123_456_789_012, heapUsedBytes: 1, eventLoopDelay: null },
      });
      for (const line of viewLines([busy, huge], undefined, columns))
        expect(line.length).toBeLessThanOrEqual(columns);
    },
  );

  test('says of each camera how it is, and what to do about those that are not well', () => {
    const ill = { ...state, health: 'degraded' as const };
    const error = new CameraError('timeout', 'Camera "mute" did not answer stats.');
    const lines = viewLines(
      [
        answered('rest'),
        answered('closed', { state: { ...state, enabled: false } }),
        answered('ill', { state: ill, healthReasons: ['The supply is too weak: use a better one.'] }),
        { kind: 'offline', camera: known('away', false) },
        { kind: 'failed', camera: known('mute'), error },
      ],
      undefined,
      80,
    );
    const stateOf = (device: string) => lines.find((line) => line.startsWith(`${device} `))?.split(/ +/u)[1];
    expect(['rest', 'closed', 'ill', 'away', 'mute'].map(stateOf)).toEqual([
      ...['idle', 'private', 'degraded', 'offline', 'silent'],
    ]);
    expect(lines).toContain('ill: The supply is too weak: use a better one.');
    expect(lines).toContain('mute: Camera "mute" did not answer stats.');
  });

  test('lets no camera write to the terminal what is not text', () => {
    const reading = answered('evil', { healthReasons: ['\u001b[2Jboo\u009b1m'] });
    expect(viewLines([reading], undefined, 80).join('')).toContain('evil: ?[2Jboo?1m');
    expect(viewLines([reading], 'evil', 80).join('')).toContain('! ?[2Jboo?1m');
  });
});

test('the page of one camera has the rest, its viewers too, within 80 characters', () => {
  const { delays } = madeStatistics();
  const page = viewLines(
    [
      answered('front-door', {
        viewers: [VIEWER, { ...VIEWER, congested: true }, { ...VIEWER, connected: false }],
        delays: { ready: DELAY, sent: delays.sent, total: DELAY },
        machine: { temperatureC: 61.46, cpu: { load: [0.5, 0, 0], cores: 4 } },
      }),
    ],
    'front-door',
    80,
  );
  for (const line of page) expect(line.length).toBeLessThanOrEqual(80);
  const text = page.join('\n');
  for (const shown of ['30.0 a second', '61.5 °C', '1 min 5 s', 'too slow', 'connecting for', '2%']) {
    expect(text).toContain(shown);
  }
  expect(text).toMatch(/^sensor → socket +3\.4 +12 +1\.2k +2\.0k$/mu);
});

describe('rates', () => {
  const answer = (upS: number, pictures: number, boot = 'boot-1') =>
    madeStatistics({
      upS,
      state: { ...madeStatistics().state, boot },
      video: { pictures, keyframes: 0, bytes: pictures * 1_000 },
    });

  test('are the growth between answers over the time that the camera says has passed', () => {
    const history = new AnswerHistory();
    expect(history.add(answer(10, 100))).toBeUndefined();
    expect(history.add(answer(12, 160))).toMatchObject({ picturesPerS: 30, videoKbps: 240, cpuShare: 0 });
  });

  test('look back a few answers, not for ever', () => {
    const history = new AnswerHistory();
    for (let second = 0; second < 10; second += 1) history.add(answer(second, 30 * second));
    for (let second = 10; second < 14; second += 1) history.add(answer(second, 270));
    expect(history.add(answer(14, 270))?.picturesPerS).toBe(0);
  });

  test('begin anew with a daemon that was started again', () => {
    const history = new AnswerHistory();
    history.add(answer(100, 5_000));
    expect(history.add(answer(1, 10, 'boot-2'))).toBeUndefined();
    expect(history.add(answer(2, 40, 'boot-2'))?.picturesPerS).toBe(30);
  });
});

test.each([
  [amount, [0, 812, 1_000, 9_960, 12_345, 999_600, 3_400_000, null], '0 812 1.0k 10k 12k 1.0M 3.4M –'],
  [milliseconds, [0, 0.42, 9.94, 9.96, 38, 1_200, undefined], '0.0 0.4 9.9 10 38 1.2k –'],
  [megabits, [0, 512, 2_140, 9_996, 48_000, undefined], '0.00 0.51 2.14 10.0 48.0 –'],
  [percent, [0, 0.123, 1.5, undefined], '0% 12% 150% –'],
] as const)('figures are short: %p', (format, values, written) => {
  expect(values.map((value) => format(value)).join(' ')).toBe(written);
});

test('durations are told by their two largest units', () => {
  expect([0, 12, 65, 3_600, 90_061].map(duration)).toEqual(['0 s', '12 s', '1 min 5 s', '1 h', '1 d 1 h']);
});
