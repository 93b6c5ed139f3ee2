import { beforeEach, describe, expect, test } from '@jest/globals';
import { CameraError } from '../../contract/errors.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { startPlainBroker, type PlainBroker } from '../support/plain-broker.ts';
import { waitUntil } from '../support/wait-until.ts';
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
      message: expect.stringMatching(/^msg.payload must be "start", "stop",.* or "motion off"/),
    });
    expect(statusCode).toBe(422);
    expect(camera.requests).toEqual([]);
  });

  test.each([
    [{ actionType: 'restart' }, {}, 'restart', {}],
    [{ actionType: 'keyframe' }, {}, 'keyframe', {}],
    [{ actionType: 'bitrate', value: '800', valueType: 'num' }, {}, 'bitrate', { kbps: 800 }],
    [{ actionType: 'bitrate', value: '', valueType: 'num' }, { value: 900 }, 'bitrate', { kbps: 900 }],
    [
      { actionType: 'bitrate', value: 'payload.kbps', valueType: 'msg' },
      { payload: { kbps: '700' } },
      'bitrate',
      { kbps: 700 },
    ],
    [{ actionType: 'record', value: '' }, {}, 'record', { action: 'start' }],
    [{ actionType: 'record', value: '30' }, {}, 'record', { action: 'start', seconds: 30 }],
    [{ actionType: 'msg' }, { payload: 'Record Stop' }, 'record', { action: 'stop' }],
    [{ actionType: 'msg' }, { payload: 'bitrate', value: 600 }, 'bitrate', { kbps: 600 }],
    [
      { actionType: 'message' },
      { payload: 'hello', viewer: 'me' },
      'message',
      { text: 'hello', viewer: 'me' },
    ],
    [{ actionType: 'message' }, { payload: { speed: 2 } }, 'message', { text: '{"speed":2}' }],
    [{ actionType: 'message', value: 'fixed', valueType: 'str' }, {}, 'message', { text: 'fixed' }],
    [{ actionType: 'msg' }, { payload: 'message', value: 'hi' }, 'message', { text: 'hi' }],
  ])('asks as %j with %j wants', async (node, message, op, data) => {
    camera.answer('restart', () => ({ streaming: true, viewers: 0 }));
    camera.answer('keyframe', () => ({}));
    camera.answer('bitrate', () => ({ kbps: 1_000, target: 1_000 }));
    camera.answer('message', () => ({ viewers: 1 }));
    camera.answer('record', () => ({ recording: true, file: 'a.mp4' }));
    const flow = await startFlow(node);
    await flow.reaches('online');
    expect((await flow.exchange(message)).error).toBeUndefined();
    expect(camera.requests).toMatchObject([{ op, data }]);
  });

  test.each([
    [{ actionType: 'bitrate', value: '' }, 'The bit rate: kbps: '],
    [{ actionType: 'bitrate', value: '-5' }, 'The bit rate: kbps: '],
    [{ actionType: 'record', value: '0' }, 'The recording: seconds: '],
    [{ actionType: 'message' }, 'The message: text: '],
    [{ actionType: 'message', value: 'x'.repeat(1025), valueType: 'str' }, 'at most 1024 bytes'],
  ])('refuses %j in words', async (node, words) => {
    const flow = await startFlow(node);
    await flow.reaches('online');
    expect((await flow.exchange({})).error).toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining(words),
    });
    expect(camera.requests).toEqual([]);
  });

  test('keeps the camera private and waits until it says so', async () => {
    await camera.sayState({ enabled: true });
    const flow = await startFlow({ actionType: 'msg' });
    await flow.reaches('online');
    const answer = flow.exchange({ payload: 'privacy on' });
    await waitUntil('the switch', () => camera.switches.includes('enabled OFF'));
    expect(flow.first).toEqual([]);
    await camera.sayState({ enabled: false });
    expect((await answer).payload).toEqual({ enabled: false });
    expect((await flow.exchange({ payload: 'privacy on' })).payload).toEqual({ enabled: false });
    const back = flow.exchange({ payload: 'privacy off' });
    await waitUntil('the switch', () => camera.switches.includes('enabled ON'));
    await camera.sayState({ enabled: true });
    expect((await back).payload).toEqual({ enabled: true });
  });

  test('says when the camera does not follow a switch', async () => {
    await camera.sayState({ enabled: true });
    const flow = await startFlow({ actionType: 'privacy on' });
    await flow.reaches('online');
    expect((await flow.exchange({})).error).toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('set/enabled OFF'),
    });
  });

  test('tells what a motion sensor sees, each time', async () => {
    await camera.sayState({ motion: true });
    const flow = await startFlow({ actionType: 'msg' });
    await flow.reaches('online');
    await flow.exchange({ payload: 'motion on' });
    await flow.exchange({ payload: 'motion off' });
    expect(camera.switches).toEqual(['motion ON', 'motion OFF']);
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
