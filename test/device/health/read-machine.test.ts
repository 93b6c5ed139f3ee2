import { describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machineReadingsSchema } from '../../../contract/machine-readings.ts';
import type { ProgramRun } from '../../../device/capture/program-run.ts';
import { readBattery } from '../../../device/health/battery.ts';
import { readMachine } from '../../../device/health/read-machine.ts';
import { parseThrottling, readThrottling } from '../../../device/health/throttling.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';

const resources = resourcesOfEachTest();

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'picam-health-'));
  resources.onEnd('folder', () => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('this machine tells what it has, also of a folder that is not there yet', async () => {
  const readings = machineReadingsSchema.parse(await readMachine(join(tmpdir(), 'not', 'yet')));
  expect(readings.cpu?.cores).toBeGreaterThan(0);
  expect(readings.memory?.availableBytes).toBeGreaterThan(0);
  expect(readings.disk?.totalBytes).toBeGreaterThan(0);
  expect(readings.machineUpS).toBeGreaterThan(0);
});

describe('throttling', () => {
  const answering = (run: ProgramRun) => () => Promise.resolve(run);
  const none = { underVoltage: false, frequencyCapped: false, throttled: false, softTemperatureLimit: false };

  test('is read from vcgencmd', async () => {
    const run = answering({ kind: 'ended', exitCode: 0, stdout: 'throttled=0x80001\n', stderr: '' });
    expect(await readThrottling(run, '/not/there')).toEqual({
      now: { ...none, underVoltage: true },
      sinceBoot: { ...none, softTemperatureLimit: true },
    });
  });

  test('is read from the kernel first', async () => {
    const file = join(folder(), 'get_throttled');
    writeFileSync(file, '4\n');
    expect(await readThrottling(answering({ kind: 'missing' }), file)).toMatchObject({
      now: { throttled: true },
    });
  });

  test('is absent without a Raspberry Pi, and for words that are no number', async () => {
    expect(await readThrottling(answering({ kind: 'missing' }), '/not/there')).toBeUndefined();
    expect(parseThrottling('VCHI initialization failed')).toBeUndefined();
  });
});

test('a battery is one that the kernel calls so', async () => {
  const supplies = folder();
  const add = (name: string, files: Record<string, string>) => {
    mkdirSync(join(supplies, name));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(supplies, name, file), `${text}\n`);
  };
  add('ac', { type: 'Mains', online: '1' });
  expect(await readBattery(supplies)).toBeUndefined();
  add('battery', { type: 'Battery', capacity: '57', status: 'Discharging' });
  expect(await readBattery(supplies)).toEqual({ percent: 57, charging: false });
  expect(await readBattery('/not/there')).toBeUndefined();
});
