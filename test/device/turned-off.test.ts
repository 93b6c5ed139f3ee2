import { expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateSchema } from '../../contract/device-messages.ts';
import { EmbeddedBroker } from '../../device/broker/embedded-broker.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { type RunningDevice, runDevice } from './running-device.ts';
import { TestViewer } from './test-viewer.ts';

const resources = resourcesOfEachTest();

async function brokerUrl(): Promise<string> {
  const broker = resources.own(new EmbeddedBroker({ host: '127.0.0.1', port: 0, logger: silentLogger }));
  await broker.open();
  return broker.url;
}

function storage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'picam-off-'));
  resources.onEnd('storage', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function watchEnabled({ bus, topics }: RunningDevice): boolean[] {
  const seen: boolean[] = [];
  bus.subscribe(topics.state, ({ payload }) =>
    seen.push(stateSchema.parse(JSON.parse(payload.toString())).enabled),
  );
  return seen;
}

async function set(device: RunningDevice, value: 'ON' | 'OFF'): Promise<void> {
  await device.bus.publish(device.topics.set('enabled'), value);
  await waitUntil(`enabled to be ${value}`, async () => {
    const { state } = await device.requests.request(device.id, 'get', {});
    return state.enabled === (value === 'ON');
  });
}

test('a camera that is turned off stops, ends every view as disabled and says so in its state', async () => {
  const device = await runDevice(resources, await brokerUrl());
  const enabled = watchEnabled(device);
  const pushes: unknown[] = [];
  device.requests.onPush(({ op, data }) => pushes.push({ op, data }));
  const viewer = resources.own(new TestViewer({ requests: device.requests, device: device.id }));
  await viewer.open();
  await device.requests.request(device.id, 'start', {});
  await set(device, 'OFF');
  await waitUntil('the camera to stop', () => !device.source.running);
  await waitUntil('the push', () => pushes.length > 0);
  expect(pushes).toContainEqual({ op: 'close', data: { session: viewer.session, reason: 'disabled' } });
  await waitUntil('the state', () => enabled.at(-1) === false);
});

test('nothing turns it on again but the switch', async () => {
  const device = await runDevice(resources, await brokerUrl());
  const { requests, id, bus, topics, source, log } = device;
  await set(device, 'OFF');
  const refusal = { code: 'forbidden', message: expect.stringContaining('set/enabled ON') };
  const viewer = resources.own(new TestViewer({ requests, device: id }));
  await expect(viewer.open()).rejects.toMatchObject(refusal);
  await expect(requests.request(id, 'start', {})).rejects.toMatchObject(refusal);
  await expect(requests.request(id, 'snapshot', {})).rejects.toMatchObject(refusal);
  await expect(requests.request(id, 'keyframe', {})).rejects.toMatchObject(refusal);
  await bus.publish(topics.set('stream'), 'ON');
  await waitUntil('the refusal in the log', () => log.some((line) => line.includes('set/stream failed')));
  expect(source.starts).toBe(0);

  await set(device, 'ON');
  expect(await requests.request(id, 'start', {})).toMatchObject({ streaming: true });
});

test('it stays off after a restart', async () => {
  const url = await brokerUrl();
  const kept = storage();
  const first = await runDevice(resources, url, { storage: kept });
  await set(first, 'OFF');
  await first.device.close();
  const second = await runDevice(resources, url, { storage: kept });
  await expect(second.requests.request(second.id, 'start', {})).rejects.toMatchObject({ code: 'forbidden' });
  await set(second, 'ON');
  await second.device.close();
  const third = await runDevice(resources, url, { storage: kept });
  expect(await third.requests.request(third.id, 'start', {})).toMatchObject({ streaming: true });
});

test('a snapshot under way when it is turned off is not sent', async () => {
  const device = await runDevice(resources, await brokerUrl());
  const jpegs: string[] = [];
  device.bus.subscribe(device.topics.snapshot, ({ topic }) => jpegs.push(topic));
  const snapshot = device.requests.request(device.id, 'snapshot', {}).catch((error: unknown) => error);
  await waitUntil('the camera to run', () => device.source.running);
  await set(device, 'OFF');
  expect(await snapshot).toMatchObject({ code: expect.stringMatching(/^(forbidden|not_live)$/u) });
  expect(jpegs).toEqual([]);
});
