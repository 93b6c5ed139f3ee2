import { beforeEach, describe, expect, test } from '@jest/globals';
import { CameraError } from '../../contract/errors.ts';
import { randomCapability } from '../../foundation/identifiers.ts';
import { startPlainBroker, type PlainBroker } from '../support/plain-broker.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { FakeCamera } from './fake-camera.ts';
import { TestFlow, type TestFlowOptions } from './test-flow.ts';

const OFFER = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n';
const ANSWER = 'v=0\r\no=- 2 2 IN IP4 127.0.0.1\r\n';
const CANDIDATE = { candidate: 'candidate:1 1 udp 1 127.0.0.1 5000 typ host', sdpMid: '0' };

const resources = resourcesOfEachTest();
let broker: PlainBroker;
let camera: FakeCamera;
let session: string;
let options: TestFlowOptions;

beforeEach(async () => {
  session = randomCapability();
  broker = resources.own(await startPlainBroker());
  camera = resources.own(await FakeCamera.start(broker.url));
  camera.answer('offer', () => ({ session, type: 'answer', sdp: ANSWER }));
  camera.answer('cand', () => ({}));
  camera.answer('close', () => ({}));
  options = { brokerPort: broker.port, node: { type: 'picam-webrtc' } };
});

async function startFlow(): Promise<TestFlow> {
  const flow = resources.own(await TestFlow.start(options));
  await flow.reaches('online');
  return flow;
}

function peer(): string {
  return camera.requests.at(-1)?.peer ?? '';
}

async function nextOfSession(flow: TestFlow, topic: string) {
  return waitUntil(`"${topic}" on the second output`, () => flow.second.find((msg) => msg.topic === topic));
}

describe('an offer', () => {
  test('as text gets the answer as text', async () => {
    const flow = await startFlow();
    const msg = await flow.exchange({ payload: OFFER, req: 'kept' });
    expect(msg).toMatchObject({ payload: ANSWER, session, req: 'kept' });
    expect(camera.requests).toMatchObject([{ op: 'offer', data: { sdp: OFFER } }]);
  });

  test('as an object gets the answer as an object', async () => {
    const flow = await startFlow();
    const msg = await flow.exchange({ payload: { type: 'offer', sdp: OFFER, trickle: true } });
    expect(msg).toMatchObject({ payload: { type: 'answer', sdp: ANSWER }, session });
    expect(camera.requests).toMatchObject([{ op: 'offer', data: { trickle: true } }]);
  });

  test('as bytes is read as text', async () => {
    const flow = await startFlow();
    expect(await flow.exchange({ payload: Buffer.from(OFFER) })).toMatchObject({ payload: ANSWER });
  });

  test.each([
    ['nothing', undefined],
    ['empty', ''],
    ['an answer', { type: 'answer', sdp: ANSWER }],
    ['a number', 7],
  ])('that is %s is refused in words', async (_, payload) => {
    const flow = await startFlow();
    const { error, statusCode } = await flow.exchange({ payload });
    expect(error).toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining('not an SDP offer'),
    });
    expect(statusCode).toBe(422);
    expect(camera.requests).toEqual([]);
  });

  test('that the camera refuses goes to the catch node with its code', async () => {
    camera.answer('offer', () => {
      throw new CameraError('bad_sdp', 'There is no video in this offer.');
    });
    const flow = await startFlow();
    expect((await flow.exchange({ payload: OFFER })).error).toMatchObject({
      code: 'bad_sdp',
      message: 'There is no video in this offer.',
    });
  });
});

describe('a session', () => {
  test('opens with the answer', async () => {
    const flow = await startFlow();
    await flow.exchange({ payload: OFFER });
    expect(await nextOfSession(flow, 'open')).toMatchObject({ session });
  });

  test.each([
    [{ candidate: CANDIDATE }, { candidates: [CANDIDATE] }],
    [{ candidate: CANDIDATE.candidate }, { candidates: [{ candidate: CANDIDATE.candidate }] }],
    [{ candidate: null }, { candidates: [], end: true }],
    [{ payload: { candidates: [CANDIDATE], end: true } }, { candidates: [CANDIDATE], end: true }],
  ])('takes the candidates of %j', async (message, data) => {
    const flow = await startFlow();
    await flow.exchange({ ...message, session });
    expect(camera.requests).toMatchObject([{ op: 'cand', session, data }]);
  });

  test('must be named by candidates and close', async () => {
    const flow = await startFlow();
    expect((await flow.exchange({ candidate: CANDIDATE })).error).toMatchObject({ code: 'bad_request' });
    expect((await flow.exchange({ action: 'close', session: 'x' })).error).toMatchObject({
      message: expect.stringContaining('msg.session'),
    });
  });

  test("brings the camera's candidates to the second output, even those that come with the answer", async () => {
    camera.answer('offer', (request) => {
      setImmediate(() => void camera.push(request.peer, 'cand', { session, candidates: [CANDIDATE] }));
      return { session, type: 'answer', sdp: ANSWER };
    });
    const flow = await startFlow();
    await flow.exchange({ payload: OFFER });
    expect(await nextOfSession(flow, 'candidate')).toMatchObject({
      session,
      payload: { candidates: [CANDIDATE] },
    });
  });

  test('ends with a message when the camera closes it', async () => {
    const flow = await startFlow();
    await flow.exchange({ payload: OFFER });
    await camera.push(peer(), 'close', { session, reason: 'stopped' });
    expect(await nextOfSession(flow, 'close')).toMatchObject({ session, payload: { reason: 'stopped' } });
  });

  test('ends with a message when the flow closes it', async () => {
    const flow = await startFlow();
    await flow.exchange({ payload: OFFER });
    expect(await flow.exchange({ action: 'close', session })).toMatchObject({ session });
    expect(camera.requests.at(-1)).toMatchObject({ op: 'close', session });
    expect(await nextOfSession(flow, 'close')).toMatchObject({ payload: { reason: 'requested' } });
  });

  test('of somebody else is none of its business', async () => {
    const flow = await startFlow();
    await flow.exchange({ payload: OFFER });
    await camera.push(peer(), 'close', { session: randomCapability(), reason: 'failed' });
    await camera.push(peer(), 'close', { session, reason: 'idle' });
    await nextOfSession(flow, 'close');
    expect(flow.second.map((msg) => msg.topic)).toEqual(['open', 'close']);
  });

  test('ends with its node', async () => {
    const flow = await startFlow();
    await flow.exchange({ payload: OFFER });
    await flow.redeploy(options);
    await waitUntil('the goodbye', () => camera.requests.some(({ op }) => op === 'close'));
    expect(camera.requests.at(-1)).toMatchObject({ op: 'close', session });
  });
});
