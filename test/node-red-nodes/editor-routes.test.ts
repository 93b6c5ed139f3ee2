import { beforeEach, describe, expect, test } from '@jest/globals';
import { startPlainBroker, type PlainBroker } from '../support/plain-broker.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { FakeCamera } from './fake-camera.ts';
import { IDS, TestFlow } from './test-flow.ts';

const resources = resourcesOfEachTest();
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);
let broker: PlainBroker;

beforeEach(async () => {
  broker = resources.own(await startPlainBroker());
});

async function startFlow(camera: object = {}): Promise<TestFlow> {
  return resources.own(
    await TestFlow.start({ brokerPort: broker.port, camera, node: { type: 'picam-control' } }),
  );
}

describe('the search for cameras', () => {
  test('names those on the broker, and leaves nothing there', async () => {
    const door = resources.own(await FakeCamera.start(broker.url));
    await door.sayInfo('Front door');
    const attic = resources.own(await FakeCamera.start(broker.url, 'attic'));
    await attic.say('offline');
    const flow = await startFlow();
    await flow.reaches('online');
    const before = flow.brokerUse();
    const response = await fetch(`${flow.urls.editor}/picam/cameras/${IDS.broker}`);
    expect(await response.json()).toEqual([
      { device: 'attic', name: 'attic', online: false },
      { device: 'door', name: 'Front door', online: true },
    ]);
    expect(flow.brokerUse()).toEqual(before);
  });

  test.each([
    ['a broker that is not deployed', 'nowhere', 404, 'Deploy the flow once'],
    ['a prefix that is none', `${IDS.broker}?prefix=%23`, 422, 'The prefix'],
  ])('refuses %s in words', async (_what, path, status, words) => {
    const flow = await startFlow();
    const response = await fetch(`${flow.urls.editor}/picam/cameras/${path}`);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ message: expect.stringContaining(words) });
  });

  test('says when the broker is away', async () => {
    await broker.stop();
    const flow = await startFlow();
    const response = await fetch(`${flow.urls.editor}/picam/cameras/${IDS.broker}`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'offline' });
  });
});

describe('the picture in the edit dialog', () => {
  test('is a fresh one, small', async () => {
    const camera = resources.own(await FakeCamera.start(broker.url));
    camera.answer('snapshot', () => camera.publishPicture(JPEG));
    const flow = await startFlow();
    await flow.reaches('online');
    const response = await fetch(`${flow.urls.editor}/picam/snapshot/${IDS.camera}`);
    expect(response.headers.get('content-type')).toBe('image/jpeg');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(JPEG);
    expect(camera.requests).toMatchObject([{ op: 'snapshot', data: { width: 480 } }]);
  });

  test.each([
    ['a camera that is not deployed', 'nowhere', {}, 404, 'Deploy the flow once'],
    ['a node that is no camera', IDS.broker, {}, 404, 'Deploy the flow once'],
    ['a camera that is not configured', IDS.camera, { device: 'Front Door' }, 422, 'device: must be'],
  ])('refuses %s in words', async (_what, id, camera, status, words) => {
    const flow = await startFlow(camera);
    const response = await fetch(`${flow.urls.editor}/picam/snapshot/${id}`);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ message: expect.stringContaining(words) });
  });
});
