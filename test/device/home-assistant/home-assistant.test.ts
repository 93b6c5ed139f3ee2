import { expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { EmbeddedBroker } from '../../../device/broker/embedded-broker.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { connectBus } from '../../support/connect-bus.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { retainedValue, runDevice } from '../running-device.ts';

const resources = resourcesOfEachTest();
const messageSchema = z.object({
  dev: z.object({ ids: z.array(z.string()), name: z.string() }),
  o: z.object({ name: z.string() }),
  avty_t: z.string(),
  cmps: z.record(z.string(), z.looseObject({ p: z.string(), unique_id: z.string() })),
});

async function brokerUrl(): Promise<string> {
  const broker = resources.own(new EmbeddedBroker({ host: '127.0.0.1', port: 0, logger: silentLogger }));
  await broker.open();
  return broker.url;
}

function storage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'picam-ha-'));
  resources.onEnd('storage', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('the camera is announced, kept by the broker, with a unique id for everything', async () => {
  const url = await brokerUrl();
  const { id, topics } = await runDevice(resources, url, {
    homeAssistant: { discovery: true, prefix: 'homeassistant' },
  });
  const text = await retainedValue(url, `homeassistant/device/picam-${id}/config`);
  const message = messageSchema.parse(JSON.parse(text));
  expect(message).toMatchObject({ dev: { ids: [`picam-${id}`], name: 'Front door' }, avty_t: topics.status });
  expect(message.cmps).toMatchObject({
    stream: { p: 'switch', command_topic: topics.set('stream'), state_topic: topics.state },
    enabled: { p: 'switch', command_topic: topics.set('enabled') },
    snapshot: { p: 'image', image_topic: topics.snapshot, content_type: 'image/jpeg' },
    'take-snapshot': { p: 'button', command_topic: topics.set('snapshot') },
    motion: { p: 'binary_sensor', device_class: 'motion' },
    viewers: { p: 'sensor', value_template: '{{ value_json.viewers }}' },
    health: { p: 'binary_sensor', device_class: 'problem' },
  });
  const ids = Object.values(message.cmps).map(({ unique_id }) => unique_id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('it is announced again when Home Assistant starts', async () => {
  const url = await brokerUrl();
  const { id, bus } = await runDevice(resources, url, {
    homeAssistant: { discovery: true, prefix: 'ha' },
  });
  const seen: string[] = [];
  bus.subscribe(`ha/device/picam-${id}/config`, ({ payload }) => seen.push(payload.toString()));
  await waitUntil('the announcement', () => seen.length > 0);
  const before = seen.length;
  await bus.publish('ha/status', 'online');
  await waitUntil('another announcement', () => seen.length > before);
});

test('switched off, it takes away what it announced, and touches nothing else', async () => {
  const url = await brokerUrl();
  const kept = storage();
  const settings = { discovery: true, prefix: 'homeassistant' };
  const first = await runDevice(resources, url, { storage: kept, homeAssistant: settings });
  const topic = `homeassistant/device/picam-${first.id}/config`;
  await retainedValue(url, topic);
  await first.device.close();

  const seen: string[] = [];
  const watcher = resources.own(await connectBus(url));
  watcher.subscribe('homeassistant/#', (message) => seen.push(`${message.topic} ${message.payload.length}`));
  await waitUntil('the retained announcement', () => seen.length === 1);
  const off = { ...settings, discovery: false };
  const second = await runDevice(resources, url, { storage: kept, homeAssistant: off });
  await waitUntil('the removal', () => seen.length === 2);
  expect(seen[1]).toBe(`${topic} 0`);
  await second.device.close();
  const third = await runDevice(resources, url, { storage: kept, homeAssistant: off });
  await third.ask('ping', '');
  expect(seen).toHaveLength(2);
});
