import { describe, expect, test } from '@jest/globals';
import type { MachineReadings } from '../../contract/machine-readings.ts';
import { EmbeddedBroker } from '../../device/broker/embedded-broker.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { runDevice } from './running-device.ts';
import { TestViewer } from './test-viewer.ts';

const resources = resourcesOfEachTest();

async function run(
  changes: Parameters<typeof runDevice>[2] = {},
  parts: Parameters<typeof runDevice>[3] = {},
) {
  const broker = resources.own(new EmbeddedBroker({ host: '127.0.0.1', port: 0, logger: silentLogger }));
  await broker.open();
  return await runDevice(resources, broker.url, changes, parts);
}

describe('health', () => {
  test('says how the machine is and what that means', async () => {
    let readings: MachineReadings = {};
    const { requests, id } = await run({}, { readMachine: () => Promise.resolve(readings) });
    expect(await requests.request(id, 'health', {})).toEqual({ health: 'ok', reasons: [], machine: {} });
    readings = { temperatureC: 85 };
    expect(await requests.request(id, 'health', {})).toEqual({
      health: 'degraded',
      reasons: [expect.stringContaining('80 °C')],
      machine: { temperatureC: 85 },
    });
    expect((await requests.request(id, 'get', {})).state).toMatchObject({ health: 'degraded', error: null });
  });

  test('is in the state, and the camera that failed is the worst of it', async () => {
    const { requests, id, source } = await run(
      {},
      { readMachine: () => Promise.resolve({ temperatureC: 85 }) },
    );
    const state = async () => (await requests.request(id, 'get', {})).state;
    await waitUntil('the hot machine in the state', async () => (await state()).health === 'degraded');
    await requests.request(id, 'start', {});
    source.fail('the cable is loose');
    expect(await state()).toMatchObject({ health: 'failed', error: { message: 'the cable is loose' } });
  });
});

describe('restart', () => {
  test('turns a running camera off and on again, and its viewer stays', async () => {
    const { requests, id, source } = await run();
    const viewer = resources.own(new TestViewer({ requests, device: id }));
    await viewer.open();
    await waitUntil('the camera to run', () => source.running);
    expect(await requests.request(id, 'restart', {})).toEqual({ streaming: true, viewers: 1 });
    expect(source).toMatchObject({ starts: 2, stops: 1, running: true });
  });

  test('leaves a camera that is off as it is', async () => {
    const { requests, id, source } = await run();
    expect(await requests.request(id, 'restart', {})).toEqual({ streaming: false, viewers: 0 });
    expect(source.starts).toBe(0);
  });
});

describe('reboot and shutdown', () => {
  test('are forbidden, and not among the capabilities, unless the configuration allows them', async () => {
    const { requests, id } = await run({ allow: { reboot: false, shutdown: true } });
    await expect(requests.request(id, 'reboot', {})).rejects.toMatchObject({ code: 'forbidden' });
    const { info } = await requests.request(id, 'get', {});
    expect(info.caps).toEqual(expect.arrayContaining(['health', 'restart', 'shutdown']));
    expect(info.caps).not.toContain('reboot');
  });
});
