import { expect, test } from '@jest/globals';
import type { MachineReadings } from '../../../contract/machine-readings.ts';
import { type HealthVerdict, judgeHealth } from '../../../device/health/health-policy.ts';
import { parseThrottling } from '../../../device/health/throttling.ts';

const MIB = 1024 * 1024;

const CASES: readonly (readonly [string, MachineReadings, HealthVerdict['health'], RegExp])[] = [
  ['a machine that tells nothing', {}, 'ok', /^$/u],
  ['a warm processor', { temperatureC: 80 }, 'ok', /^$/u],
  ['a hot processor', { temperatureC: 80.1 }, 'degraded', /80 °C/u],
  [
    'low voltage now',
    { throttling: parseThrottling('throttled=0x50005') },
    'degraded',
    /power supply.*slowed/u,
  ],
  ['low voltage once, long ago', { throttling: parseThrottling('throttled=0x50000') }, 'ok', /^$/u],
  ['a capped clock alone', { throttling: parseThrottling('throttled=0x2') }, 'ok', /^$/u],
  ['a full disk', { disk: { totalBytes: 8e9, freeBytes: 199 * MIB } }, 'degraded', /disk/u],
  ['room on the disk', { disk: { totalBytes: 8e9, freeBytes: 201 * MIB } }, 'ok', /^$/u],
  [
    'little memory',
    { memory: { totalBytes: 512 * MIB, availableBytes: 31 * MIB, daemonBytes: 1 } },
    'degraded',
    /memory/u,
  ],
  ['an empty battery', { battery: { percent: 14, charging: false } }, 'degraded', /battery/u],
  ['an empty battery that is charged', { battery: { percent: 14, charging: true } }, 'ok', /^$/u],
];

test.each(CASES)('%s', (_, readings, health, reasons) => {
  const verdict = judgeHealth(readings, undefined);
  expect(verdict.health).toBe(health);
  expect(verdict.reasons.join(' ')).toMatch(reasons);
});

test('a camera that failed is the worst of all and is named first', () => {
  const verdict = judgeHealth({ temperatureC: 90 }, 'no camera was found');
  expect(verdict).toMatchObject({
    health: 'failed',
    reasons: ['no camera was found', expect.stringContaining('°C')],
  });
});

test('something else that fails leaves the camera degraded', () => {
  expect(judgeHealth({}, undefined, 'the disk refuses')).toEqual({
    health: 'degraded',
    reasons: ['the disk refuses'],
  });
});
