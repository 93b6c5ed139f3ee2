import { beforeEach, describe, expect, test } from '@jest/globals';
import { CameraError } from '../../contract/errors.ts';
import { startPlainBroker, type PlainBroker } from '../support/plain-broker.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { FakeCamera } from './fake-camera.ts';
import { TestFlow } from './test-flow.ts';

const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);

const resources = resourcesOfEachTest();
let broker: PlainBroker;
let camera: FakeCamera;

beforeEach(async () => {
  broker = resources.own(await startPlainBroker());
  camera = resources.own(await FakeCamera.start(broker.url));
  camera.answer('snapshot', () => camera.publishPicture(JPEG));
});

async function startFlow(node: object = {}): Promise<TestFlow> {
  const flow = resources.own(
    await TestFlow.start({ brokerPort: broker.port, node: { type: 'picam-snapshot', ...node } }),
  );
  await flow.reaches('online');
  return flow;
}

describe('picam-snapshot', () => {
  test('gives the picture as a buffer and keeps the filename', async () => {
    const flow = await startFlow();
    const msg = await flow.exchange({ filename: 'door.jpg', payload: 'now' });
    expect(msg).toMatchObject({ filename: 'door.jpg', contentType: 'image/jpeg' });
    expect(msg.payload).toEqual(JPEG);
    expect(camera.requests).toMatchObject([{ op: 'snapshot', data: {} }]);
  });

  test('asks for the size and quality of the node, else for those of the message', async () => {
    const flow = await startFlow({ width: '320', quality: '' });
    await flow.exchange({ width: 640, quality: 40 });
    expect(camera.requests).toMatchObject([{ data: { width: 320, quality: 40 } }]);
  });

  test('refuses a size that no picture has', async () => {
    const flow = await startFlow();
    const { error, statusCode } = await flow.exchange({ width: 'wide' });
    expect(error).toMatchObject({ code: 'bad_request', message: expect.stringContaining('width') });
    expect(statusCode).toBe(422);
  });

  test('passes the refusal of the camera on', async () => {
    camera.answer('snapshot', () => {
      throw new CameraError('not_live', 'The camera is switched off.');
    });
    const flow = await startFlow();
    expect((await flow.exchange({})).error).toMatchObject({ code: 'not_live' });
  });

  test('tells the catch nodes when what follows in the flow throws', async () => {
    const flow = await startFlow();
    flow.throwAtOutput(new Error('the next node is broken'));
    flow.send({});
    await waitUntil('the error', () => flow.caught.length === 1);
    expect(flow.caught[0]).toMatchObject({
      error: { message: expect.stringContaining('the next node is broken') },
    });
  });

  test('leaves no subscription to pictures behind', async () => {
    const flow = await startFlow();
    await flow.exchange({});
    expect(Object.keys(flow.brokerUse().subscriptions)).not.toContain('picam/v1/door/snapshot');
  });
});
