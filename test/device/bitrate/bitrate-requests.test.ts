import { expect, test } from '@jest/globals';
import { startEmbeddedBroker } from '../../support/embedded-broker.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { runDevice } from '../running-device.ts';

const resources = resourcesOfEachTest();

test('the bit rate follows requests and the switch, and is refused where it cannot', async () => {
  const { url } = resources.own(await startEmbeddedBroker());
  const { requests, id, bus, topics, source } = await runDevice(resources, url);
  const ask = (kbps: number) => requests.request(id, 'bitrate', { kbps });
  await expect(ask(1500)).rejects.toMatchObject({ code: 'not_live' });
  await requests.request(id, 'start', {});
  await expect(ask(1500)).rejects.toMatchObject({ code: 'bad_request' });
  const told: number[] = [];
  Object.assign(source, { setBitrate: (kbps: number) => void told.push(kbps) });
  expect(await ask(1500)).toEqual({ kbps: 1500, target: 1500 });
  expect(await ask(1700)).toEqual({ kbps: 1500, target: 1700 });
  await ask(1200);
  await bus.publish(topics.set('bitrate'), '1100');
  await ask(1);
  await waitUntil('the lower bit rate', () => told.at(-1) === 1100);
  await requests.request(id, 'stop', {});
  expect(told).toEqual([1500, 1200, 1100, 2000]);
});
