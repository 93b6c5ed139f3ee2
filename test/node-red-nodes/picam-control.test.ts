import { beforeEach, describe, expect, test } from '@jest/globals';
import { CameraError } from '../../contract/errors.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { startPlainBroker, type PlainBroker } from '../support/plain-broker.ts';
import { FakeCamera } from './fake-camera.ts';
import { TestFlow } from './test-flow.ts';

const resources = resourcesOfEachTest();
let broker: PlainBroker;
let camera: FakeCamera;

beforeEach(async () => {
  broker = resources.own(await startPlainBroker());
  camera = resources.own(await FakeCamera.start(broker.url));
  camera.answer('start', () => ({ streaming: true, viewers: 0 }));
  camera.answer('stop', () => ({ streaming: false, viewers: 0 }));
});

async function startFlow(node: object = {}, cameraSettings: object = {}): Promise<TestFlow> {
  return resources.own(
    await TestFlow.start({
      brokerPort: broker.port,
      camera: cameraSettings,
      node: { type: 'picam-control', actionType: 'start', action: '', ...node },
    }),
  );
}

describe('picam-control', () => {
  test('starts the camera and passes the message on with how the camera is', async () => {
    const flow = await startFlow();
    await flow.reaches('online');
    const msg = await flow.exchange({ topic: 'mine', payload: 'anything' });
    expect(msg).toMatchObject({ topic: 'mine', payload: { streaming: true, viewers: 0 } });
    expect(camera.requests.map(({ op }) => op)).toEqual(['start']);
  });

  test.each([
    ['payload', { payload: 'stop' }, 'stop'],
    ['payload', { payload: false }, 'stop'],
    ['payload', { payload: ' ON ' }, 'start'],
    ['action', { action: 'start', payload: 'stop' }, 'start'],
    ['payload.on', { payload: { on: 0 } }, 'stop'],
  ])('takes the action from msg.%s of %j', async (action, message, op) => {
    const flow = await startFlow({ actionType: 'msg', action });
    await flow.reaches('online');
    await flow.exchange(message);
    expect(camera.requests.map((request) => request.op)).toEqual([op]);
  });

  test('says what it wants when the message names no action', async () => {
    const flow = await startFlow({ actionType: 'msg', action: 'payload' });
    await flow.reaches('online');
    const { error, statusCode } = await flow.exchange({ payload: 'dance' });
    expect(error).toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining('"start" or "stop"'),
    });
    expect(statusCode).toBe(422);
    expect(camera.requests).toEqual([]);
  });

  test("gives a catch node the camera's code and plain message, and an http response its status", async () => {
    camera.answer('start', () => {
      throw new CameraError('busy', 'All seats are taken.');
    });
    const flow = await startFlow();
    await flow.reaches('online');
    const { error, statusCode } = await flow.exchange({});
    expect(error).toMatchObject({ code: 'busy', message: 'All seats are taken.' });
    expect(statusCode).toBe(503);
  });

  test('gives up with "timeout" when the camera does not answer', async () => {
    const flow = await startFlow({}, { device: 'attic' });
    await flow.reaches('waiting');
    const { error, statusCode } = await flow.exchange({});
    expect(error).toMatchObject({ code: 'timeout' });
    expect(statusCode).toBe(504);
  });

  test('answers "offline" at once for a camera that has said goodbye', async () => {
    await camera.say('offline');
    const flow = await startFlow({}, { timeoutMs: 60_000 });
    await flow.reaches('offline');
    expect((await flow.exchange({})).error).toMatchObject({ code: 'offline' });
    expect(camera.requests).toEqual([]);
  });

  test.each([
    [{ device: 'Front Door' }, 'device: must be 1 to 63'],
    [{ broker: '' }, 'no MQTT broker'],
    [{ prefix: '#' }, 'prefix: must be'],
  ])('shows that %j is not usable and says why', async (settings, reason) => {
    const flow = await startFlow({}, settings);
    await flow.reaches('not configured');
    expect((await flow.exchange({})).error).toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining(reason),
    });
  });

  test('shows that no camera is chosen', async () => {
    const flow = await startFlow({ camera: '' });
    await flow.reaches('not configured');
    expect((await flow.exchange({})).error).toMatchObject({ code: 'bad_request' });
  });
});
