import { expect, test } from '@jest/globals';
import type { CameraControls } from '../../../contract/camera-controls.ts';
import { SourceError } from '../../../device/capture/source-error.ts';
import { startEmbeddedBroker } from '../../support/embedded-broker.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { runDevice } from '../running-device.ts';

const resources = resourcesOfEachTest();

async function runCamera() {
  const { url } = resources.own(await startEmbeddedBroker());
  const camera = { brightness: 0.1, rotation: 180 } as const;
  const device = await runDevice(resources, url, { camera });
  const ask = (data: CameraControls & { fps?: number }) =>
    device.requests.request(device.id, 'controls', data);
  return { ...device, camera, request: ask };
}

test('an empty request only asks what is in force, also of a camera that is off', async () => {
  const { ask, camera } = await runCamera();
  expect(await ask('controls', '')).toMatchObject({ ok: true, data: { controls: camera, fps: 30 } });
});

test('controls and frame rate reach a running camera, and the reply holds all that is in force', async () => {
  const { request, requests, id, source, camera } = await runCamera();
  const told: unknown[] = [];
  Object.assign(source, {
    setControls: (controls: CameraControls) => Promise.resolve(void told.push(controls)),
    setFps: (fps: number) => void told.push(fps),
  });
  await requests.request(id, 'start', {});
  await request({ exposure: 5_000, awb: 'daylight', fps: 15 });
  expect(await request({ brightness: 0.3 })).toEqual({
    controls: { ...camera, exposure: 5_000, awb: 'daylight', brightness: 0.3 },
    fps: 15,
  });
  expect(told).toEqual([{ exposure: 5_000, awb: 'daylight' }, 15, { brightness: 0.3 }]);
});

test('who asks for what cannot be is told which and why, and nothing of it is in force', async () => {
  const { request, requests, ask, id, source, camera } = await runCamera();
  await expect(request({ contrast: 2 })).rejects.toMatchObject({
    code: 'not_live',
    message: expect.stringMatching(/camera is off; start it first/u),
  });
  await requests.request(id, 'start', {});
  await expect(request({ contrast: 2 })).rejects.toMatchObject({
    code: 'bad_request',
    message: expect.stringMatching(/the fake camera cannot change how it sees while it runs.*"camera"/u),
  });
  const setControls = () =>
    Promise.reject(new SourceError('this camera has no focus', { code: 'bad_request' }));
  Object.assign(source, { setControls });
  await expect(request({ contrast: 2, fps: 10 })).rejects.toMatchObject({
    code: 'bad_request',
    message: expect.stringMatching(/pictures a second.*"video\.fps"/u),
  });
  await expect(request({ focus: 1 })).rejects.toMatchObject({
    code: 'bad_request',
    message: 'this camera has no focus',
  });
  const wrong = { v: 1, id: 'a', data: { zoom: 2, brightness: 9, rotation: 90 } };
  expect(await ask('controls', JSON.stringify(wrong))).toMatchObject({
    error: {
      code: 'bad_request',
      message: expect.stringMatching(/brightness: .*; rotation: must be 0 or 180.*"zoom"/u),
    },
  });
  expect(await request({})).toEqual({ controls: camera, fps: 30 });
});

test('a camera that its owner turned off keeps its settings to itself', async () => {
  const { request, bus, topics, ask } = await runCamera();
  await bus.publish(topics.set('enabled'), 'OFF');
  await waitUntil('the switch', async () => {
    const { ok } = await ask('start', '');
    return !ok;
  });
  await expect(request({ contrast: 2 })).rejects.toMatchObject({ code: 'forbidden' });
});
