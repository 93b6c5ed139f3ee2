import { describe, expect, test } from '@jest/globals';
import { startPlainBroker } from '../support/plain-broker.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { FakeCamera } from './fake-camera.ts';
import { IDS, TestFlow, type TestFlowOptions } from './test-flow.ts';

const resources = resourcesOfEachTest();

function optionsFor(brokerPort: number): TestFlowOptions {
  return { brokerPort, node: { type: 'picam-control', actionType: 'start' } };
}

describe('the status of a node', () => {
  test('follows the camera', async () => {
    const broker = resources.own(await startPlainBroker());
    const flow = resources.own(await TestFlow.start(optionsFor(broker.port)));
    await flow.reaches('waiting');
    const camera = resources.own(await FakeCamera.start(broker.url));
    await flow.reaches('online');
    await camera.sayStreaming(true);
    await flow.reaches('live');
    await camera.sayStreaming(false);
    await flow.reaches('online');
    await camera.say('offline');
    await flow.reaches('offline');
    await camera.say('online');
    await flow.reaches('online');
  });

  test('does not flicker when a camera comes back within two seconds', async () => {
    const broker = resources.own(await startPlainBroker());
    const camera = resources.own(await FakeCamera.start(broker.url));
    const flow = resources.own(await TestFlow.start(optionsFor(broker.port)));
    await flow.reaches('online');
    await camera.say('offline');
    await camera.say('online');
    await camera.sayStreaming(true);
    await flow.reaches('live');
    expect(flow.statuses).not.toContain('offline');
  });

  test('follows the broker away and back, and requests work again', async () => {
    const broker = resources.own(await startPlainBroker());
    const camera = resources.own(await FakeCamera.start(broker.url));
    camera.answer('start', () => ({ streaming: true, viewers: 0 }));
    const flow = resources.own(await TestFlow.start(optionsFor(broker.port)));
    await flow.reaches('online');

    await broker.stop();
    await flow.reaches('no broker');
    expect(await flow.exchange({})).toMatchObject({ error: { code: 'offline' }, statusCode: 503 });

    resources.own(await startPlainBroker(broker.port));
    await camera.isBack();
    await flow.reaches('online', 30_000);
    expect(await flow.exchange({})).toMatchObject({ payload: { streaming: true } });
  }, 60_000);

  test('says so when the broker was never there', async () => {
    const broker = await startPlainBroker();
    await broker.stop();
    const flow = resources.own(await TestFlow.start(optionsFor(broker.port)));
    await flow.reaches('no broker');
    expect((await flow.exchange({})).error).toMatchObject({ code: 'offline' });
  });
});

describe('a redeploy', () => {
  test('leaves nothing of the old camera on the broker node', async () => {
    const broker = resources.own(await startPlainBroker());
    resources.own(await FakeCamera.start(broker.url));
    const flow = resources.own(await TestFlow.start(optionsFor(broker.port)));
    await flow.reaches('online');
    await flow.redeploy(optionsFor(broker.port));
    await flow.reaches('online');
    const { users, subscriptions } = flow.brokerUse();
    expect(users).toEqual([`picam-${IDS.camera}`]);
    expect(Object.values(subscriptions).every((count) => count === 1)).toBe(true);
    expect(Object.keys(subscriptions)).toHaveLength(3);
  });

  test('of the camera alone, on a broker node that stays, leaves nothing there either', async () => {
    const broker = resources.own(await startPlainBroker());
    resources.own(await FakeCamera.start(broker.url));
    const flow = resources.own(await TestFlow.start(optionsFor(broker.port)));
    await flow.reaches('online');
    for (const device of ['attic', 'cellar', 'garage']) {
      await flow.redeploy({ ...optionsFor(broker.port), camera: { device } }, 'nodes');
      await flow.reaches('waiting');
    }
    await waitUntil('only the newest camera is known', () => {
      const topics = Object.keys(flow.brokerUse().subscriptions);
      return topics.length === 3 && topics.filter((topic) => topic.includes('garage')).length === 2;
    });
    expect(flow.brokerUse().users).toEqual([`picam-${IDS.camera}`]);
  });
});
