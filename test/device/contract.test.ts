import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { CameraRequests } from '../../camera-client/camera-requests.ts';
import { infoSchema, stateSchema } from '../../contract/device-messages.ts';
import { EmbeddedBroker } from '../../device/broker/embedded-broker.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { resourcesOfEachTest, type TestResources } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { retainedValue, runDevice, type RunningDevice } from './running-device.ts';
import { TestViewer } from './test-viewer.ts';

const BROKERS: readonly (readonly [string, (resources: TestResources) => Promise<string>])[] = [
  [
    'the embedded broker',
    async (resources) => {
      const broker = resources.own(new EmbeddedBroker({ host: '127.0.0.1', port: 0, logger: silentLogger }));
      await broker.open();
      return broker.url;
    },
  ],
  ['Mosquitto', async (resources) => resources.own(await startMosquitto()).url],
];

describe.each(BROKERS)('a device on %s', (_, startBroker) => {
  const resources = resourcesOfEachTest();
  const run = async (
    changes: Parameters<typeof runDevice>[2] = {},
  ): Promise<RunningDevice & { url: string }> => {
    const url = await startBroker(resources);
    return { ...(await runDevice(resources, url, changes)), url };
  };

  test('keeps its status, info and state on the broker', async () => {
    const { url, topics, device } = await run();
    expect(await retainedValue(url, topics.status)).toBe('online');
    const info = infoSchema.parse(JSON.parse(await retainedValue(url, topics.info)));
    expect(info).toMatchObject({ boot: device.boot, name: 'Front door', limits: { viewers: 2 } });
    expect(info.dtlsFingerprint).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/u);
    const state = stateSchema.parse(JSON.parse(await retainedValue(url, topics.state)));
    expect(state).toMatchObject({
      boot: device.boot,
      streaming: false,
      viewers: 0,
      health: 'ok',
      error: null,
    });
  });

  test('says goodbye when it ends', async () => {
    const { url, topics, device } = await run();
    await device.close();
    expect(await retainedValue(url, topics.status)).toBe('offline');
  });

  test('puts its status right when somebody says that it is offline', async () => {
    const { bus, topics } = await run();
    const seen: string[] = [];
    bus.subscribe(topics.status, ({ payload }) => seen.push(payload.toString()));
    await bus.publish(topics.status, 'offline', { retain: true });
    await waitUntil('online again', () => seen.at(-1) === 'online' && seen.includes('offline'));
  });

  test('announces the last of several quick changes of its state', async () => {
    const { bus, topics, requests, id } = await run();
    const seen: boolean[] = [];
    bus.subscribe(topics.state, ({ payload }) =>
      seen.push(stateSchema.parse(JSON.parse(payload.toString())).streaming),
    );
    for (let times = 0; times < 5; times += 1) {
      await requests.request(id, 'start', {});
      await requests.request(id, 'stop', {});
    }
    await requests.request(id, 'start', {});
    await waitUntil('the state of the running camera', () => seen.at(-1) === true);
    expect(seen.length).toBeLessThanOrEqual(3);
  });

  test('answers hello, get and ping', async () => {
    const { requests, id, device } = await run();
    const described = { info: { boot: device.boot }, state: { streaming: false } };
    expect(await requests.request(id, 'hello', {})).toMatchObject(described);
    expect(await requests.request(id, 'get', {})).toMatchObject(described);
    expect(Math.abs((await requests.request(id, 'ping', {})).now - Date.now())).toBeLessThan(5_000);
  });

  test('introduces itself to who asks for every camera', async () => {
    const { requests, id } = await run();
    const heard: string[] = [];
    requests.onPush(({ device, op }) => heard.push(`${device} ${op}`));
    await requests.hello();
    await waitUntil('the introduction', () => heard.includes(`${id} hello`));
  });

  test('starts, asks for key frames and stops', async () => {
    const { requests, id, source } = await run();
    await expect(requests.request(id, 'keyframe', {})).rejects.toMatchObject({ code: 'not_live' });
    expect(await requests.request(id, 'start', {})).toEqual({ streaming: true, viewers: 0 });
    await requests.request(id, 'keyframe', {});
    expect(source.keyframeRequests).toBe(1);
    expect(await requests.request(id, 'stop', {})).toEqual({ streaming: false, viewers: 0 });
    expect(source.running).toBe(false);
  });

  test('gives out its ICE servers', async () => {
    const servers = [{ urls: 'turn:turn.example.org', username: 'one', credential: 'two' }];
    const { requests, id } = await run({ ice: { servers, relayOnly: false, additionalHostAddresses: [] } });
    expect((await requests.request(id, 'ice', {})).iceServers).toEqual(servers);
  });

  test('obeys its switches, and says what is legal', async () => {
    const { bus, topics, source, log } = await run();
    await bus.publish(topics.set('stream'), 'ON');
    await waitUntil('the camera to run', () => source.running);
    await bus.publish(topics.set('stream'), 'maybe\n');
    await bus.publish(topics.set('colour'), 'green');
    await bus.publish(topics.set('stream'), ' off ');
    await waitUntil('the camera to stop', () => !source.running);
    const warnings = log.filter((line) => /^warn: .*set\//u.test(line));
    expect(warnings).toEqual([
      expect.stringMatching(/"MAYBE" is not understood; legal are ON or OFF/u),
      expect.stringMatching(/there is no set\/"colour"; there are set\/enabled, /u),
    ]);
  });

  test('answers people who send an empty request', async () => {
    const { ask } = await run();
    for (const op of ['ping', 'get', 'hello', 'start', 'stop'])
      expect(await ask(op, '')).toMatchObject({ id: null, op, ok: true });
    expect(await ask('offer', '')).toMatchObject({ id: null, ok: false, error: { code: 'bad_request' } });
  });

  test('names the right code for everything that is wrong', async () => {
    const { ask, id } = await run();
    const request = (more: object) => JSON.stringify({ v: 1, id: 'a', data: {}, ...more });
    const session = 'x'.repeat(22);
    const cases: readonly (readonly [op: string, payload: string, code: string, id: string | null])[] = [
      ['ping', 'no json', 'bad_request', null],
      ['ping', '[]', 'bad_request', null],
      ['ping', JSON.stringify({ v: 2, id: 'a' }), 'bad_request', 'a'],
      ['ping', JSON.stringify({ v: 1, id: 7 }), 'bad_request', null],
      ['ping', request({ pad: 'x'.repeat(70_000) }), 'too_large', 'a'],
      ['ping', request({ boot: 'another' }), 'stale_boot', 'a'],
      ['reboot', request({}), 'forbidden', 'a'],
      ['dance', request({}), 'not_found', 'a'],
      ['constructor', request({}), 'not_found', 'a'],
      ['cand', request({ data: { candidates: [] } }), 'bad_request', 'a'],
      ['cand', request({ session, data: { candidates: [] } }), 'not_found', 'a'],
      ['close', request({ session }), 'not_found', 'a'],
      ['offer', request({ data: { sdp: 'hello' } }), 'bad_sdp', 'a'],
      ['offer', request({ data: { sdp: 5 } }), 'bad_request', 'a'],
      ['snapshot', request({ data: { width: 1 } }), 'bad_request', 'a'],
    ];
    for (const [op, payload, code, expectedId] of cases) {
      const reply = await ask(op, payload);
      expect([op, reply]).toMatchObject([op, { id: expectedId, ok: false, error: { code } }]);
    }
    expect(id).toMatch(/^device-/u);
  });

  test('names the ops it knows when asked for another', async () => {
    const { ask } = await run();
    expect(await ask('dance', '{"v":1,"id":"a"}')).toMatchObject({
      error: { message: expect.stringContaining('hello, get, ping') },
    });
  });

  test('does a request once and answers its repetition the same', async () => {
    const { ask, source } = await run();
    const request = JSON.stringify({ v: 1, id: 'once' });
    const first = await ask('start', request, 'me');
    await ask('stop', JSON.stringify({ v: 1, id: 'stop' }), 'me');
    expect(await ask('start', request, 'me')).toEqual(first);
    expect(source.starts).toBe(1);
    expect(source.running).toBe(false);
    await ask('start', request, 'another');
    expect(source.starts).toBe(2);
  });

  test('ignores retained requests, and topics that nobody could be answered on', async () => {
    const { bus, topics, source, ask, url, id } = await run();
    await bus.publish(topics.request('peer', 'start'), '', { retain: true });
    await bus.publish(`picam/v1/${id}/req/bad peer!/start`, '');
    await waitUntil('the retained request to count once, as it was sent', () => source.starts === 1);
    await ask('stop', '');
    const late = await runDevice(resources, url);
    await late.ask('ping', '');
    expect(source.starts).toBe(1);
    await bus.publish(topics.request('peer', 'start'), '', { retain: true });
    await waitUntil('the request', () => source.starts === 2);
    await bus.publish(topics.request('peer', 'start'), '', { retain: true });
  });

  test('makes peers that ask too much wait', async () => {
    const { requests, id } = await run();
    const offers = Array.from({ length: 60 }, () =>
      requests.request(id, 'offer', { sdp: 'v=0' }).catch(String),
    );
    expect(new Set(await Promise.all(offers))).toEqual(
      new Set([
        'CameraError: The offer asks for no video; add a video transceiver with "recvonly".',
        'CameraError: Too many requests came from this peer, or from all together.',
      ]),
    );
  });

  test('is busy when all places are taken, and lets nobody close the view of another', async () => {
    const { requests, id, bus } = await run({ maxViewers: 1 });
    const viewer = resources.own(new TestViewer({ requests, device: id }));
    await viewer.open();
    await waitUntil('the view', () => viewer.connection.connectionState === 'connected', 20_000);
    const another = resources.own(new CameraRequests({ bus, prefix: 'picam', peer: 'another' }));
    another.open();
    const late = resources.own(new TestViewer({ requests: another, device: id }));
    await expect(late.open()).rejects.toMatchObject({ code: 'busy', retryAfterS: 5 });
    const { session } = viewer;
    await expect(another.request(id, 'close', {}, { session })).rejects.toMatchObject({ code: 'not_found' });
    await requests.request(id, 'close', {}, { session });
    await expect(requests.request(id, 'close', {}, { session })).rejects.toMatchObject({ code: 'not_found' });
  });

  test('sends a snapshot on its topic and says which it is', async () => {
    const device = resources.own(await startDevice({ broker: await startBroker(resources) }));
    const bus = resources.own(await connectBus(device.broker));
    const requests = resources.own(new CameraRequests({ bus, prefix: 'picam', peer: 'me' }));
    requests.open();
    const jpegs: Buffer[] = [];
    bus.subscribe(`picam/v1/${device.device}/snapshot`, ({ payload }) => jpegs.push(payload));
    const reply = await requests.request(device.device, 'snapshot', { width: 320 });
    const [jpeg] = jpegs;
    expect(jpeg).toHaveLength(reply.bytes);
    expect(
      createHash('sha256')
        .update(jpeg ?? '')
        .digest('hex'),
    ).toBe(reply.sha256);
    expect(reply).toMatchObject({ width: 320, height: 180 });
    await bus.publish(`picam/v1/${device.device}/set/snapshot`, 'now');
    await waitUntil('another snapshot', () => jpegs.length === 2, 10_000);
  });

  test('that is killed is offline by its last will', async () => {
    const url = await startBroker(resources);
    const device = resources.own(await startDevice({ broker: url }));
    const bus = resources.own(await connectBus(url));
    const seen: string[] = [];
    bus.subscribe(`picam/v1/${device.device}/status`, ({ payload }) => seen.push(payload.toString()));
    await waitUntil('online', () => seen.includes('online'));
    device.kill('SIGKILL');
    await waitUntil('offline', () => seen.at(-1) === 'offline');
  });
});
