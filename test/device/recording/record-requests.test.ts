import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CameraRequests } from '../../../camera-client/camera-requests.ts';
import type { DeviceState } from '../../../contract/device-messages.ts';
import { recordingSettingsSchema } from '../../../device/recording/recording-settings.ts';
import { connectBus } from '../../support/connect-bus.ts';
import { startDevice } from '../../support/device.ts';
import { startEmbeddedBroker } from '../../support/embedded-broker.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { runDevice } from '../running-device.ts';

const resources = resourcesOfEachTest();

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'recordings-'));
  resources.onEnd('the folder', () => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('a recording is made, listed and removed by requests, and the state says that it runs', async () => {
  const { url } = resources.own(await startEmbeddedBroker());
  const settings = recordingSettingsSchema.parse({ folder: await temporaryFolder(), minFreeMB: 0 });
  const { requests, id, source } = await runDevice(resources, url, { recording: settings });
  const record = (data: Parameters<typeof requests.request<'record'>>[2]) =>
    requests.request(id, 'record', data);
  const state = async (): Promise<DeviceState> => (await requests.request(id, 'get', {})).state;

  expect(await record({ action: 'start' })).toEqual({ recording: true, file: null });
  expect(await state()).toMatchObject({ recording: true, streaming: true, viewers: 0 });
  source.keyframe();
  const { file } = await record({ action: 'start' });
  const name = file ?? '';
  await expect(record({ action: 'remove', name })).rejects.toMatchObject({ code: 'busy' });
  expect(await record({ action: 'stop' })).toEqual({ recording: false, file: null });
  expect(await state()).toMatchObject({ recording: false, error: null });
  const { files, total } = await record({ action: 'list' });
  expect([files?.map((listed) => listed.name), total]).toEqual([[name], 1]);
  await expect(record({ action: 'remove', name: `../${name}` })).rejects.toMatchObject({
    code: 'bad_request',
  });
  await record({ action: 'remove', name });
  expect(await record({ action: 'list' })).toMatchObject({ files: [], total: 0 });
});

test('a folder that is missing is told in words, and the state is degraded until recording works', async () => {
  const { url } = resources.own(await startEmbeddedBroker());
  const settings = recordingSettingsSchema.parse({ folder: '/not/there', minFreeMB: 0 });
  const { requests, id, bus, topics } = await runDevice(resources, url, { recording: settings });
  await expect(requests.request(id, 'record', { action: 'start' })).rejects.toThrow(/\/not\/there/u);
  expect((await requests.request(id, 'get', {})).state).toMatchObject({
    recording: false,
    health: 'degraded',
    error: { message: expect.stringMatching(/plug its disk in/u) },
  });
  await bus.publish(topics.set('recording'), 'ON');
  expect((await requests.request(id, 'get', {})).state.recording).toBe(false);
});

test('a recording goes on and off by a switch, and a camera that is turned off is not recorded', async () => {
  const { url } = resources.own(await startEmbeddedBroker());
  const settings = recordingSettingsSchema.parse({ folder: await temporaryFolder(), minFreeMB: 0 });
  const { requests, id, bus, topics } = await runDevice(resources, url, { recording: settings });
  const state = async (): Promise<DeviceState> => (await requests.request(id, 'get', {})).state;
  await bus.publish(topics.set('recording'), 'ON');
  await waitUntil('the recording', async () => (await state()).recording);
  await bus.publish(topics.set('recording'), 'OFF');
  await waitUntil('its end', async () => !(await state()).recording);
  await bus.publish(topics.set('recording'), 'ON');
  await waitUntil('the recording', async () => (await state()).recording);
  await bus.publish(topics.set('enabled'), 'OFF');
  await waitUntil('its end', async () => !(await state()).recording);
  await expect(requests.request(id, 'record', { action: 'start' })).rejects.toMatchObject({
    code: 'forbidden',
  });
});

test('a recording that is cut by kill -9 plays to its last whole fragment', async () => {
  const broker = resources.own(await startEmbeddedBroker());
  const folder = await temporaryFolder();
  const device = resources.own(
    await startDevice({
      broker: broker.url,
      env: {
        PICAM_RECORDING_FOLDER: folder,
        PICAM_RECORDING_MIN_FREE_MB: '0',
        PICAM_VIDEO_WIDTH: '320',
        PICAM_VIDEO_HEIGHT: '240',
        PICAM_VIDEO_KEYFRAME_INTERVAL_S: '1',
      },
    }),
  );
  const bus = resources.own(await connectBus(broker.url));
  const requests = resources.own(new CameraRequests({ bus, prefix: 'picam', peer: 'recording-test' }));
  requests.open();
  await requests.request(device.device, 'record', { action: 'start' });
  const listed = await waitUntil(
    'two fragments',
    async () => {
      const { files = [] } = await requests.request(device.device, 'record', { action: 'list' });
      return files.find(({ durationS }) => durationS >= 1.9);
    },
    15_000,
  );
  device.kill('SIGKILL');
  await waitUntil('the device to be gone', () => !device.running);
  const { stdout, stderr } = await promisify(execFile)('ffprobe', [
    ...['-v', 'error', '-count_frames', '-select_streams', 'v', '-of', 'csv=p=0'],
    ...['-show_entries', 'stream=nb_read_frames', join(folder, listed.name)],
  ]);
  expect(stderr).toBe('');
  expect(Number.parseInt(stdout, 10)).toBeGreaterThanOrEqual(listed.durationS * 30 - 5);
}, 40_000);
