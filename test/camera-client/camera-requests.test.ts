import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CameraRequests, type Push } from '../../camera-client/camera-requests.ts';
import type { InboundMessage } from '../../contract/message-bus.ts';
import { deviceTopics, parseTopic } from '../../contract/topics.ts';
import { InMemoryBus } from '../support/in-memory-bus.ts';

const PREFIX = 'picam';
const topics = deviceTopics(PREFIX, 'gate');
const SHORT_MS = 20;

let bus: InMemoryBus;
let requests: CameraRequests;

beforeEach(() => {
  bus = new InMemoryBus();
  requests = new CameraRequests({ bus, prefix: PREFIX, peer: 'me', timeoutMs: SHORT_MS });
  requests.open();
});

afterEach(() => requests.close());

/** Answers each request to the camera "gate" with what `answer` makes of it; undefined keeps silent. */
function device(answer: (id: string, op: string, tried: number) => unknown): { readonly ids: string[] } {
  const ids: string[] = [];
  bus.subscribe(topics.everyRequest, ({ topic, payload }: InboundMessage) => {
    const parsed = parseTopic(PREFIX, topic);
    if (parsed?.kind !== 'request') return;
    const { id } = JSON.parse(payload.toString()) as { id: string };
    ids.push(id);
    const reply = answer(id, parsed.op, ids.length);
    if (reply !== undefined) void bus.publish(topics.reply(parsed.peer), JSON.stringify(reply));
  });
  return { ids };
}

describe('a request to a camera', () => {
  test('gets the data of the reply with its id', async () => {
    device((id, op) => ({ v: 1, id, op, boot: 'b', ok: true, data: { now: 7 } }));
    await expect(requests.request('gate', 'ping', {})).resolves.toEqual({ now: 7 });
  });

  test('fails with the code, the words and the time to wait that the camera gave', async () => {
    device((id, op) => ({
      v: 1,
      id,
      op,
      boot: 'b',
      ok: false,
      error: { code: 'busy', message: 'full', retryAfter: 4 },
    }));
    await expect(requests.request('gate', 'start', {})).rejects.toMatchObject({
      code: 'busy',
      message: 'full',
      retryAfterS: 4,
    });
  });

  test('is sent once more with the same id when no reply comes', async () => {
    const { ids } = device((id, op, tried) =>
      tried === 1 ? undefined : { v: 1, id, op, boot: 'b', ok: true, data: { now: 7 } },
    );
    await expect(requests.request('gate', 'ping', {})).resolves.toEqual({ now: 7 });
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
  });

  test('times out after two tries, naming the camera and what to check', async () => {
    const { ids } = device(() => undefined);
    await expect(requests.request('gate', 'ping', {})).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('"gate"'),
    });
    expect(ids).toHaveLength(2);
  });

  test('fails at once while the broker is away', async () => {
    bus.setConnected(false);
    await expect(requests.request('gate', 'ping', {})).rejects.toMatchObject({ code: 'offline' });
  });

  test('fails at once when this program closes', async () => {
    const request = requests.request('gate', 'ping', {}, { timeoutMs: 60_000 });
    requests.close();
    await expect(request).rejects.toMatchObject({ code: 'offline' });
  });

  test('is not answered by another camera, by garbage or by a reply of the wrong shape', async () => {
    device((id, op) => {
      const reply = JSON.stringify({ v: 1, id, op, boot: 'b', ok: true, data: { now: 1 } });
      void bus.publish(deviceTopics(PREFIX, 'impostor').reply('me'), reply);
      void bus.publish(topics.reply('me'), 'garbage');
      return { v: 1, id, op, boot: 'b', ok: true, data: { now: 'late' } };
    });
    await expect(requests.request('gate', 'ping', {})).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('now'),
    });
  });

  test('is refused here when it is larger than the contract allows', async () => {
    await expect(requests.request('gate', 'offer', { sdp: 'x'.repeat(70_000) })).rejects.toMatchObject({
      code: 'too_large',
    });
    expect(bus.published).toHaveLength(0);
  });
});

test('what a camera says without being asked reaches every listener', async () => {
  const push = new Promise<Push>((resolve) => requests.onPush(resolve));
  const data = { session: 's', candidates: [] };
  await bus.publish(
    topics.reply('me'),
    JSON.stringify({ v: 1, id: null, op: 'cand', boot: 'b', ok: true, data }),
  );
  await expect(push).resolves.toEqual({ device: 'gate', op: 'cand', boot: 'b', data });
});

test('closing leaves no subscription behind', () => {
  requests.close();
  expect(bus.subscriptionCount).toBe(0);
});
