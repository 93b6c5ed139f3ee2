import { beforeEach, describe, expect, test } from '@jest/globals';
import type { NodeMessage } from 'node-red';
import { startPlainBroker, type PlainBroker } from '../support/plain-broker.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { FakeCamera } from './fake-camera.ts';
import { TestFlow } from './test-flow.ts';

const resources = resourcesOfEachTest();
let broker: PlainBroker;
let camera: FakeCamera;

beforeEach(async () => {
  broker = resources.own(await startPlainBroker());
  camera = resources.own(await FakeCamera.start(broker.url));
  await camera.sayState({});
});

async function startFlow(node: object = {}): Promise<TestFlow> {
  const flow = resources.own(
    await TestFlow.start({ brokerPort: broker.port, node: { type: 'picam-event', ...node } }),
  );
  await flow.reaches('online');
  return flow;
}

/** What the node has sent, once the camera's newest word has passed it. */
async function toldBy(flow: TestFlow): Promise<NodeMessage[]> {
  await camera.sayEvent('mark', {});
  await waitUntil('the mark', () => flow.first.some(({ topic }) => topic === 'mark'));
  return flow.first.filter(({ topic }) => topic !== 'mark');
}

const CHANGES = [
  { state: { motion: true }, topic: 'motion', payload: true },
  { state: { streaming: true }, topic: 'stream', payload: true },
  { state: { viewers: 2 }, topic: 'viewers', payload: 2 },
  { state: { enabled: false }, topic: 'privacy', payload: true },
  { state: { recording: true }, topic: 'recording', payload: true },
  { state: { health: 'degraded' }, topic: 'health', payload: 'degraded' },
] as const;

describe('picam-event', () => {
  test.each(CHANGES)('tells $topic of $state', async ({ state, topic, payload }) => {
    const flow = await startFlow();
    await camera.sayState(state);
    expect(await toldBy(flow)).toMatchObject([{ topic, payload, device: 'door' }]);
  });

  test('tells nothing twice, and nothing that was so when the flow started', async () => {
    const flow = await startFlow();
    await camera.sayState({ viewers: 1 });
    await camera.sayState({ viewers: 1 });
    await camera.sayState({ viewers: 0 });
    expect((await toldBy(flow)).map(({ payload }) => payload)).toEqual([1, 0]);
  });

  test('tells how it is at the start when it should', async () => {
    const flow = await startFlow({ tellFirst: true, kinds: ['availability', 'privacy'] });
    const told = await waitUntil('both', () => flow.first.length >= 2 && flow.first);
    expect(told.map((message) => ({ ...message }))).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ topic: 'availability', payload: 'online', first: true }),
        expect.objectContaining({ topic: 'privacy', payload: false, first: true }),
      ]),
    );
  });

  test('tells motion at once and not again with the state', async () => {
    const flow = await startFlow();
    await camera.sayEvent('motion', { motion: true, witness: 'outside' });
    await camera.sayState({ motion: true });
    const told = await toldBy(flow);
    expect(told).toMatchObject([
      { topic: 'motion', payload: true, event: { ts: 1, data: { witness: 'outside' } } },
    ]);
  });

  test('passes on what else the camera tells', async () => {
    const flow = await startFlow({ kinds: ['event'] });
    await camera.sayState({ motion: true });
    await camera.sayEvent('button', { pressed: 1 });
    expect(await toldBy(flow)).toMatchObject([{ topic: 'button', payload: { pressed: 1 } }]);
  });

  test('tells only what is chosen', async () => {
    const flow = await startFlow({ kinds: ['viewers', 'event'] });
    await camera.sayState({ viewers: 1, motion: true, streaming: true });
    expect((await toldBy(flow)).map(({ topic }) => topic)).toEqual(['viewers']);
  });

  test('tells that the camera went and came back, and nothing anew', async () => {
    const flow = await startFlow();
    await camera.say('offline');
    await flow.reaches('offline');
    await camera.say('online');
    await flow.reaches('online');
    expect((await toldBy(flow)).map(({ topic, payload }) => [topic, payload])).toEqual([
      ['availability', 'offline'],
      ['availability', 'online'],
    ]);
  });

  test('shows that no camera is chosen', async () => {
    const flow = resources.own(
      await TestFlow.start({ brokerPort: broker.port, node: { type: 'picam-event', camera: '' } }),
    );
    await flow.reaches('not configured');
  });

  test.each([
    ['{"x":1}', { x: 1 }],
    ['[1]', [1]],
    ['{no json', '{no json'],
    ['42', '42'],
    ['', ''],
  ])('gives what a viewer says, %j, as %j, with who said it', async (text, payload) => {
    const flow = await startFlow({ kinds: ['message', 'event'] });
    await camera.sayEvent('message', { viewer: 'v1', text });
    expect(await toldBy(flow)).toMatchObject([{ topic: 'message', payload, viewer: 'v1', device: 'door' }]);
  });

  test('tells of other events without what viewers say', async () => {
    const flow = await startFlow({ kinds: ['event'] });
    await camera.sayEvent('message', { viewer: 'v1', text: 'hello' });
    await camera.sayEvent('button', { pressed: true });
    expect((await toldBy(flow)).map(({ topic }) => topic)).toEqual(['button']);
  });
});
