import { beforeEach, expect, test } from '@jest/globals';
import { CameraDirectory } from '../../camera-client/camera-directory.ts';
import { IceServers } from '../../camera-client/ice-servers.ts';
import { iceSettingsSchema } from '../../device/device-configuration.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { runDevice, type RunningDevice } from '../device/running-device.ts';
import { startEmbeddedBroker } from '../support/embedded-broker.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';

const TURN = { urls: 'turn:192.0.2.1', username: 'me', credential: 'a good one' };
/** That a camera is away counts after two seconds. */
const AWAY_TIMEOUT_MS = 10_000;
const resources = resourcesOfEachTest();
let camera: RunningDevice;
let directory: CameraDirectory;
let iceServers: IceServers;
let timesAsked: number;

beforeEach(async () => {
  const broker = resources.own(await startEmbeddedBroker());
  camera = await runDevice(resources, broker.url, { ice: iceSettingsSchema.parse({ servers: [TURN] }) });
  const { bus, requests } = camera;
  timesAsked = 0;
  bus.subscribe('picam/v1/+/req/+/ice', () => (timesAsked += 1));
  directory = resources.own(new CameraDirectory({ bus, prefix: 'picam', requests }));
  iceServers = new IceServers({ requests, logger: silentLogger });
  directory.open();
});

test('a camera is asked when it appears, and a view that opens then need not wait', async () => {
  resources.onEnd('the ICE servers', iceServers.follow(directory));
  await waitUntil('the question', () => timesAsked === 1);
  expect(await iceServers.of(camera.id)).toEqual([TURN]);
  expect(await iceServers.of(camera.id)).toEqual([TURN]);
  expect(timesAsked).toBe(1);
});

test('views that open together ask once', async () => {
  const both = await Promise.all([iceServers.of(camera.id), iceServers.of(camera.id)]);
  expect(both).toEqual([[TURN], [TURN]]);
  await waitUntil('the question', () => timesAsked === 1);
});

test('a camera that comes back is asked anew', async () => {
  resources.onEnd('the ICE servers', iceServers.follow(directory));
  await waitUntil('the question', () => timesAsked === 1);
  await camera.device.close();
  await waitUntil('that it is away', () => directory.find(camera.id)?.online === false, AWAY_TIMEOUT_MS);
  await camera.bus.publish(camera.topics.status, 'online', { retain: true, qos: 1 });
  await waitUntil('another question', () => timesAsked === 2);
});
