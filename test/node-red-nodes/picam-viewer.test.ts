import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { CameraError } from '../../contract/errors.ts';
import { startPlainBroker, type PlainBroker } from '../support/plain-broker.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { FakeCamera } from './fake-camera.ts';
import { TestFlow } from './test-flow.ts';

const resources = resourcesOfEachTest();
const OFFER = 'v=0\r\nm=video';
let broker: PlainBroker;
let camera: FakeCamera;
let session: string;

beforeEach(async () => {
  session = randomBytes(16).toString('base64url');
  broker = resources.own(await startPlainBroker());
  camera = resources.own(await FakeCamera.start(broker.url));
  camera.answer('offer', () => ({ session, type: 'answer', sdp: 'v=0\r\nanswer' }));
  camera.answer('close', () => ({}));
});

async function startFlow(node: object = {}): Promise<TestFlow> {
  return resources.own(
    await TestFlow.start({
      brokerPort: broker.port,
      node: { type: 'picam-viewer', path: '/camera/door', ...node },
    }),
  );
}

function post(flow: TestFlow, body: string): Promise<Response> {
  const headers = { 'Content-Type': 'application/sdp' };
  return fetch(`${flow.urls.pages}/camera/door/whep`, { method: 'POST', headers, body });
}

describe('picam-viewer', () => {
  test('serves its page, under a policy that lets it load nothing', async () => {
    const flow = await startFlow({ path: 'camera/door/' });
    await flow.reaches('online');
    const page = await fetch(`${flow.urls.pages}/camera/door`);
    expect(page.url).toBe(`${flow.urls.pages}/camera/door/`);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('<video');
    expect((await fetch(`${flow.urls.pages}/camera`)).status).toBe(404);
  });

  test('answers an offer, ends the view, and tells both', async () => {
    const flow = await startFlow();
    await flow.reaches('online');
    const answer = await post(flow, OFFER);
    expect(answer.status).toBe(201);
    expect(await answer.text()).toBe('v=0\r\nanswer');
    expect(camera.requests).toMatchObject([{ op: 'offer', data: { sdp: OFFER } }]);
    const view = new URL(answer.headers.get('location') ?? '', answer.url);
    expect((await fetch(view, { method: 'DELETE' })).status).toBe(200);
    expect((await fetch(view, { method: 'DELETE' })).status).toBe(404);
    expect(flow.first).toMatchObject([
      { topic: 'open', session },
      { topic: 'close', session, payload: { reason: 'requested' } },
    ]);
  });

  test.each([
    ['an empty offer', '', 422],
    ['an offer that is too long', 'v=0'.padEnd(70_000, 'x'), 413],
  ])('refuses %s', async (_what, body, status) => {
    const flow = await startFlow();
    await flow.reaches('online');
    expect((await post(flow, body)).status).toBe(status);
    expect(camera.requests).toEqual([]);
  });

  test("gives the camera's refusal on", async () => {
    camera.answer('offer', () => {
      throw new CameraError('forbidden', 'It is turned off.');
    });
    const flow = await startFlow();
    await flow.reaches('online');
    const refused = await post(flow, OFFER);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toEqual({ code: 'forbidden', message: 'It is turned off.' });
  });

  test('ends its views and takes its page away with a deploy', async () => {
    const flow = await startFlow();
    await flow.reaches('online');
    await post(flow, OFFER);
    await flow.redeploy({
      brokerPort: broker.port,
      node: { type: 'picam-viewer', path: '/elsewhere' },
    });
    await waitUntil('the goodbye', () => camera.requests.some(({ op }) => op === 'close'));
    expect((await fetch(`${flow.urls.pages}/camera/door`)).status).toBe(404);
    expect((await fetch(`${flow.urls.pages}/elsewhere`)).status).toBe(200);
  });

  test.each(['', '/', '/a b', '/a/:id', '/<script>'])('has no page at %j', async (path) => {
    const flow = await startFlow({ path });
    expect((await fetch(`${flow.urls.pages}/`)).status).toBe(404);
  });
});
