import { expect, test } from '@jest/globals';
import { infoSchema, stateSchema } from '../../../contract/device-messages.ts';
import { startPlainBroker } from '../../support/plain-broker.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { retainedValue, runDevice } from '../running-device.ts';

const resources = resourcesOfEachTest();

test('a broker that has forgotten everything is told status, info and state again', async () => {
  const forgetful = resources.own(await startPlainBroker());
  const { topics, device, deviceBus, source, requests, id } = await runDevice(resources, forgetful.url);
  await forgetful.stop();
  await waitUntil('the device to notice', () => !deviceBus.connected);
  const { url } = resources.own(await startPlainBroker(forgetful.port));
  await waitUntil('the device to be back', () => deviceBus.connected, 10_000);

  expect(await retainedValue(url, topics.status)).toBe('online');
  const info = infoSchema.parse(JSON.parse(await retainedValue(url, topics.info)));
  expect(info.boot).toBe(device.boot);
  const state = stateSchema.parse(JSON.parse(await retainedValue(url, topics.state)));
  expect(state).toMatchObject({ boot: device.boot, streaming: false, viewers: 0 });

  await waitUntil('the client to be back', () => requests.request(id, 'start', {}), 10_000);
  expect(source.running).toBe(true);
}, 30_000);

test('what changed while the broker was away is in the state it is told', async () => {
  const first = resources.own(await startPlainBroker());
  const { topics, deviceBus, source, requests, id } = await runDevice(resources, first.url);
  await requests.request(id, 'start', {});
  await first.stop();
  await waitUntil('the device to notice', () => !deviceBus.connected);
  source.fail('the cable was pulled', { isFinal: true });
  const { url } = resources.own(await startPlainBroker(first.port));
  await waitUntil('the device to be back', () => deviceBus.connected, 10_000);

  const state = stateSchema.parse(JSON.parse(await retainedValue(url, topics.state)));
  expect(state).toMatchObject({ health: 'failed', error: { message: 'the cable was pulled' } });
}, 30_000);

test('a device that ends tells once more that nobody watches, says goodbye, and nothing after that', async () => {
  const { url } = resources.own(await startPlainBroker());
  const { topics, device, requests, id, bus } = await runDevice(resources, url);
  await requests.request(id, 'start', {});
  const told: string[] = [];
  for (const topic of [topics.state, topics.status])
    bus.subscribe(topic, ({ payload, retained }) => {
      if (!retained) told.push(payload.toString());
    });
  await device.close();
  await waitUntil('the goodbye', () => told.includes('offline'));
  await bus.publish(topics.set('nothing'), 'comes after all that the device sent');
  expect(told.at(-1)).toBe('offline');
  expect(stateSchema.parse(JSON.parse(await retainedValue(url, topics.state)))).toMatchObject({
    streaming: false,
    viewers: 0,
  });
}, 30_000);
