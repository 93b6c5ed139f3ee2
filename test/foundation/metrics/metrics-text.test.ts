import { describe, expect, test } from '@jest/globals';
import { writeCameraMetrics } from '../../../foundation/metrics/camera-metrics.ts';
import { counter, gauge, writeMetrics } from '../../../foundation/metrics/metrics-text.ts';
import { madeStatistics } from '../../support/made-statistics.ts';
import { MetricsFormatError, readMetrics, valueOf } from '../../support/metrics-text.ts';

describe('the text', () => {
  test('names each metric once, with the samples of all subjects', () => {
    const families = [
      counter<number>('a_total', 'Counts.', (n) => n),
      gauge<number>('b', 'Is, \\ or\nis not.', (n) => n > 1),
    ];
    const subjects = [1, 2].map((of) => ({ labels: { camera: `c${of}` }, of }));
    expect(writeMetrics(families, subjects)).toBe(
      [
        '# HELP a_total Counts.',
        '# TYPE a_total counter',
        'a_total{camera="c1"} 1',
        'a_total{camera="c2"} 2',
        '# HELP b Is, \\\\ or\\nis not.',
        '# TYPE b gauge',
        'b{camera="c1"} 0',
        'b{camera="c2"} 1',
        '',
      ].join('\n'),
    );
  });

  test('shows no trace of how a number was reckoned', () => {
    const families = [gauge<number>('a', 'Is.', (n) => n)];
    const written = (of: number) => writeMetrics(families, [{ labels: {}, of }]).split('\n')[2];
    expect(written(0.1 + 0.2)).toBe('a 0.3');
    expect(written(123_456_789_012_345)).toBe('a 123456789012345');
    expect(written(1 / 3)).toBe('a 0.333333333333333');
  });

  test('leaves out what there is nothing to tell about', () => {
    const families = [gauge<number | undefined>('a', 'Is.', (n) => n)];
    expect(writeMetrics(families, [{ labels: {}, of: undefined }])).toBe('');
    expect(writeMetrics(families, [])).toBe('');
  });

  test.each([
    ['quotes', 'a "b" c'],
    ['backslashes', 'C:\\new \\'],
    ['new lines', 'one\ntwo'],
    ['all there is', 'ä{}=,"\\\n#'],
  ])('keeps %s in labels', (_, value) => {
    const text = writeMetrics([gauge('a', 'Is.', () => 1)], [{ labels: { value }, of: undefined }]);
    expect(readMetrics(text)[0]?.samples[0]?.labels).toEqual({ value });
  });

  test.each([0, -1, 1.5, 1e-9, 1e300, Number.NaN, Infinity, -Infinity])('keeps the value %p', (value) => {
    const text = writeMetrics([gauge('a', 'Is.', () => value)], [{ labels: {}, of: undefined }]);
    expect(valueOf(readMetrics(text), 'a')).toBe(value);
  });
});

describe('the metrics of cameras', () => {
  const info = {
    ...{
      v: 1 as const,
      boot: 'b',
      name: 'Front "door"',
      model: 'Pi\\5',
      sw: '1.2.3',
      caps: [],
      auth: 'off' as const,
    },
    ...{ limits: { viewers: 1, width: 64, height: 64, fps: 30, bitrateKbps: 100 }, dtlsFingerprint: '' },
  };

  test('of one at rest and of one that does not answer are as the format says', () => {
    const families = readMetrics(
      writeCameraMetrics([
        { device: 'front', info, statistics: madeStatistics() },
        { device: 'back', info: undefined, statistics: undefined },
      ]),
    );
    expect(valueOf(families, 'picam_up', { camera: 'front' })).toBe(1);
    expect(valueOf(families, 'picam_up', { camera: 'back' })).toBe(0);
    const labels = { camera: 'front', name: 'Front "door"', model: 'Pi\\5', version: '1.2.3' };
    expect(valueOf(families, 'picam_camera_info', labels)).toBe(1);
    expect(valueOf(families, 'picam_health', { health: 'ok' })).toBe(1);
    expect(valueOf(families, 'picam_health', { health: 'failed' })).toBe(0);
    expect(valueOf(families, 'picam_picture_delay_seconds', { stage: 'total', quantile: '0.99' })).toBeNaN();
  });

  test('are in base units, and tell of the viewer that is worst off', () => {
    const viewer = {
      ...{ peer: 'one', ageS: 1, connected: true, congested: false, packetsSent: 1, packetsSentAgain: 0 },
      ...{ roundTripMs: 20, fractionLost: 0.01 },
    };
    const flags = {
      underVoltage: true,
      frequencyCapped: false,
      throttled: false,
      softTemperatureLimit: false,
    };
    const statistics = madeStatistics({
      viewers: [viewer, { ...viewer, roundTripMs: 80, congested: true }, { ...viewer, fractionLost: 0.2 }],
      delays: {
        ...madeStatistics().delays,
        total: { count: 7, sumMs: 70, p50Ms: 8, p95Ms: 20, p99Ms: 30, maxMs: 31 },
      },
      process: {
        cpuS: 3.5,
        residentBytes: 9,
        heapUsedBytes: 4,
        eventLoopDelay: { p50Ms: 1, p99Ms: 2, maxMs: 4 },
      },
      machine: {
        temperatureC: 61.5,
        throttling: { now: flags, sinceBoot: flags },
        battery: { percent: 40, charging: false },
      },
    });
    const families = readMetrics(writeCameraMetrics([{ device: 'front', info, statistics }]));
    for (const [name, labels, value] of [
      ['picam_viewer_round_trip_seconds', {}, 0.08],
      ['picam_viewer_loss_ratio', {}, 0.2],
      ['picam_viewers_congested', {}, 1],
      ['picam_picture_delay_seconds', { stage: 'total', quantile: '0.95' }, 0.02],
      ['picam_picture_delay_seconds_sum', { stage: 'total' }, 0.07],
      ['picam_picture_delay_seconds_count', { stage: 'total' }, 7],
      ['picam_process_cpu_seconds_total', {}, 3.5],
      ['picam_event_loop_delay_seconds', { statistic: 'max' }, 0.004],
      ['picam_machine_temperature_celsius', {}, 61.5],
      ['picam_machine_throttling', { condition: 'under_voltage' }, 1],
      ['picam_machine_battery_ratio', {}, 0.4],
    ] as const) {
      expect([name, valueOf(families, name, labels)]).toEqual([name, value]);
    }
  });
});

describe('the reader of the tests refuses', () => {
  const FAMILY = '# HELP a_total Counts.\n# TYPE a_total counter\n';

  test.each([
    ['a last line without an end', `${FAMILY}a_total 1`],
    ['a metric without a type', '# HELP a Is.\na 1\n'],
    ['a metric without help', '# TYPE a gauge\na 1\n'],
    ['a metric that comes twice', `${FAMILY}a_total 1\n${FAMILY}a_total 2\n`],
    ['a sample that comes twice', `${FAMILY}a_total 1\na_total 2\n`],
    ['a sample of another metric', `${FAMILY}b_total 1\n`],
    ['no sample', FAMILY],
    ['a counter below zero', `${FAMILY}a_total -1\n`],
    ['a counter that is not called so', '# HELP a Counts.\n# TYPE a counter\na 1\n'],
    ['milliseconds', '# HELP a_milliseconds Is.\n# TYPE a_milliseconds gauge\na_milliseconds 1\n'],
    ['labels without quotes', `${FAMILY}a_total{b=c} 1\n`],
    ['an open quote', `${FAMILY}a_total{b="c} 1\n`],
    ['no value', `${FAMILY}a_total \n`],
    ['a value that is none', `${FAMILY}a_total one\n`],
    ['an empty line', `${FAMILY}\na_total 1\n`],
    ['a quantile of a gauge', '# HELP a Is.\n# TYPE a gauge\na{quantile="1"} 1\n'],
  ])('%s', (_, text) => {
    expect(() => readMetrics(text)).toThrow(MetricsFormatError);
  });
});
