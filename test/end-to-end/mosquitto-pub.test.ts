import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { CameraDirectory } from '../../camera-client/camera-directory.ts';
import { CameraRequests } from '../../camera-client/camera-requests.ts';
import { deviceTopics } from '../../contract/topics.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { descendantProcesses } from '../support/processes.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';

const PREFIX = 'picam';
const TEST_TIMEOUT_MS = 60_000;
const STEP_TIMEOUT_MS = 15_000;
const JPEG_START = Buffer.from([0xff, 0xd8, 0xff]);
const resources = resourcesOfEachTest();

test(
  'a person with mosquitto_pub starts the camera, gets a snapshot and stops the camera',
  async () => {
    const broker = resources.own(await startMosquitto());
    const bus = resources.own(await connectBus(broker.url));
    const requests = resources.own(new CameraRequests({ bus, prefix: PREFIX, peer: 'watcher' }));
    const directory = resources.own(new CameraDirectory({ bus, prefix: PREFIX, requests }));
    requests.open();
    directory.open();
    const { device, pid } = resources.own(await startDevice({ broker: broker.url }));
    const topics = deviceTopics(PREFIX, device);
    const type = (topic: string, message: string) =>
      promisify(execFile)('mosquitto_pub', ['-p', String(broker.port), '-t', topic, '-m', message]);
    const streams = () => directory.find(device)?.state?.streaming;
    const encoders = () => descendantProcesses(pid).filter(({ name }) => name === 'ffmpeg').length;

    await type(topics.set('stream'), 'ON');
    await waitUntil('the camera runs', () => streams() === true && encoders() === 1, STEP_TIMEOUT_MS);

    const snapshot = new Promise<Buffer>((resolve) => {
      bus.subscribe(topics.snapshot, ({ payload }) => resolve(payload));
    });
    await type(topics.set('snapshot'), 'please');
    const jpeg = await waitUntil('a snapshot comes', snapshot, STEP_TIMEOUT_MS);
    expect(jpeg.subarray(0, JPEG_START.length)).toEqual(JPEG_START);

    await type(topics.set('stream'), 'OFF');
    await waitUntil('the camera is off', () => streams() === false && encoders() === 0, STEP_TIMEOUT_MS);
  },
  TEST_TIMEOUT_MS,
);
