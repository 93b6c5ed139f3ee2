import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { CameraDirectory, type KnownCamera } from '../../camera-client/camera-directory.ts';
import { CameraRequests } from '../../camera-client/camera-requests.ts';
import type { DeviceInfo, DeviceState } from '../../contract/device-messages.ts';
import { deviceTopics, fleetTopics, parseTopic } from '../../contract/topics.ts';
import { waitUntil } from '../support/wait-until.ts';
import { InMemoryBus } from '../support/in-memory-bus.ts';

const PREFIX = 'picam';
const DEBOUNCE_MS = 30;
const gate = deviceTopics(PREFIX, 'gate');
const info: DeviceInfo = {
  v: 1,
  boot: 'b1',
  name: 'Gate',
  model: 'Test',
  sw: '0.1.0',
  caps: ['offer'],
  limits: { viewers: 4, width: 1280, height: 720, fps: 30, bitrateKbps: 2000 },
  dtlsFingerprint: 'AA',
  auth: 'off',
};
const state: DeviceState = {
  boot: 'b1',
  up: 1,
  timeSync: true,
  enabled: true,
  streaming: false,
  viewers: 0,
  motion: false,
  recording: false,
  health: 'ok',
  error: null,
};

let bus: InMemoryBus;
let requests: CameraRequests;
let directory: CameraDirectory;

beforeEach(() => {
  bus = new InMemoryBus();
  requests = new CameraRequests({ bus, prefix: PREFIX, peer: 'me' });
  requests.open();
  directory = new CameraDirectory({ bus, prefix: PREFIX, requests, offlineDebounceMs: DEBOUNCE_MS });
});

afterEach(() => {
  directory.close();
  requests.close();
  jest.useRealTimers();
});

/** The directory greets the cameras when the broker is there. */
function untilGreeted(): Promise<unknown> {
  return waitUntil('the greeting', () => bus.published.length > 0);
}

function becomes(predicate: (camera: KnownCamera) => boolean): Promise<KnownCamera> {
  return new Promise((resolve) => directory.onChange((camera) => predicate(camera) && resolve(camera)));
}

describe('the camera directory', () => {
  test('believes what a camera says now, though the broker comes late with what it had kept', async () => {
    const stale = { topic: gate.status, payload: Buffer.from('online'), retained: true };
    directory.open();
    await untilGreeted();
    const away = becomes(({ online }) => !online);
    bus.deliver({ ...stale, payload: Buffer.from('offline'), retained: false });
    await away;
    bus.deliver(stale);
    expect(directory.find('gate')?.online).toBe(false);
    const back = becomes(({ online }) => online);
    bus.setConnected(false);
    bus.setConnected(true);
    bus.deliver(stale);
    await back;
  });

  test('finds a camera by what it left on the broker', async () => {
    await bus.publish(gate.status, 'online', { retain: true });
    await bus.publish(gate.info, JSON.stringify(info), { retain: true });
    await bus.publish(gate.state, JSON.stringify(state), { retain: true });
    directory.open();
    const camera = await becomes(
      ({ online, info, state }) => online && info !== undefined && state !== undefined,
    );
    expect(camera).toEqual({ device: 'gate', online: true, info, state });
  });

  test('finds a camera by its answer to hello when the broker has forgotten everything', async () => {
    bus.subscribe(fleetTopics(PREFIX).everyHello, ({ topic, payload }) => {
      const parsed = parseTopic(PREFIX, topic);
      if (parsed?.kind !== 'hello') return;
      const { id } = JSON.parse(payload.toString()) as { id: string };
      const reply = { v: 1, id, op: 'hello', boot: 'b1', ok: true, data: { info, state } };
      void bus.publish(gate.reply(parsed.peer), JSON.stringify(reply));
    });
    directory.open();
    await expect(becomes(({ online }) => online)).resolves.toMatchObject({ device: 'gate', info });
  });

  test('does not believe offline when online follows at once, as after a takeover of the client id', async () => {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] });
    directory.open();
    await bus.publish(gate.status, 'online');
    await becomes(({ online }) => online);
    const seen: boolean[] = [];
    directory.onChange(({ online }) => void seen.push(online));
    await bus.publish(gate.status, 'offline');
    await bus.publish(gate.status, 'online');
    await jest.advanceTimersByTimeAsync(2 * DEBOUNCE_MS);
    expect(seen).not.toContain(false);
  });

  test('says offline when a camera stays away, and online when it returns', async () => {
    directory.open();
    await bus.publish(gate.status, 'online');
    await becomes(({ online }) => online);
    await bus.publish(gate.status, 'offline');
    await becomes(({ online }) => !online);
    await bus.publish(gate.status, 'online');
    await becomes(({ online }) => online);
    expect(directory.find('gate')?.online).toBe(true);
  });

  test('takes every camera for offline while the broker is away', async () => {
    directory.open();
    await bus.publish(gate.status, 'online');
    await becomes(({ online }) => online);
    bus.setConnected(false);
    await expect(becomes(({ online }) => !online)).resolves.toMatchObject({ device: 'gate' });
  });

  test('forgets a camera whose info was removed from the broker', async () => {
    directory.open();
    await bus.publish(gate.info, JSON.stringify(info));
    await becomes(({ info }) => info !== undefined);
    const forgotten = becomes(({ info }) => info === undefined);
    await bus.publish(gate.info, '');
    await forgotten;
    expect(directory.cameras).toEqual([]);
  });

  test('is not disturbed by what is no message of the contract', async () => {
    directory.open();
    await bus.publish(gate.status, 'maybe');
    await bus.publish(gate.info, '{"v":7}');
    await bus.publish(gate.state, Buffer.from([0xff, 0xfe]));
    await bus.publish(gate.status, 'online');
    await expect(becomes(({ online }) => online)).resolves.toMatchObject({
      info: undefined,
      state: undefined,
    });
  });
});
