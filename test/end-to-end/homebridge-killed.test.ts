import { beforeAll, describe, expect, test } from '@jest/globals';
import { stateSchema, type DeviceState } from '../../contract/device-messages.ts';
import { deviceTopics } from '../../contract/topics.ts';
import { freePort } from '../../demo/ports.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { PACKED_INSTALL_TIMEOUT_MS } from '../support/packed-install.ts';
import { descendantProcesses, isRunning } from '../support/processes.ts';
import { resourcesOfAllTests } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { HapCamera, type Pairing } from './hap-camera.ts';
import { startHomebridge, type TestHomebridge } from './homebridge-process.ts';
import { watchStream } from './watch-stream.ts';

const LONG_MS = 60_000;

const resources = resourcesOfAllTests();
/** Of a camera elsewhere, as it tells. */
let state: DeviceState | undefined;
let homebridge: TestHomebridge;
const pairings = new Map<string, Pairing>();

beforeAll(async () => {
  const { url } = resources.own(await startMosquitto());
  const bus = resources.own(await connectBus(url));
  bus.subscribe(deviceTopics('picam', 'front-door').state, ({ payload }) => {
    state = stateSchema.parse(JSON.parse(payload.toString()));
  });
  resources.own(await startDevice({ broker: url, device: 'front-door', args: ['--name', 'Front door'] }));
  const localCamera = { enabled: true, name: 'Workbench', source: 'test', port: await freePort() };
  homebridge = resources.own(await startHomebridge({ broker: { url }, localCamera }));
  for (const name of ['Front door', 'Workbench']) {
    const phone = resources.own(await HapCamera.pair(await homebridge.accessory(name)));
    pairings.set(name, phone.pairing);
  }
}, PACKED_INSTALL_TIMEOUT_MS);

async function watchAll() {
  const watched = [];
  for (const [name, pairing] of pairings) {
    const phone = HapCamera.paired(await homebridge.accessory(name), pairing);
    resources.onEnd('the phone', () => phone.close());
    watched.push({ phone, ...(await watchStream(phone, resources)) });
  }
  for (const { recorder } of watched)
    await waitUntil('packets', () => recorder.packets.length > 30, LONG_MS / 2);
  await waitUntil('a viewer', () => state?.viewers === 1, LONG_MS / 2);
  return watched;
}

async function printed(what: string, condition: () => boolean): Promise<void> {
  const sinceMs = performance.now();
  await waitUntil(what, condition, LONG_MS);
  console.info(`${what}: after ${Math.round(performance.now() - sinceMs)} ms`);
}

describe('a Homebridge that is killed while phones watch', () => {
  test(
    'leaves neither a viewer at the camera nor a program of its own, and streams again afterwards',
    async () => {
      await watchAll();
      const programs = descendantProcesses(homebridge.pid);
      expect(programs.length).toBeGreaterThan(0);
      process.kill(homebridge.pid, 'SIGKILL');
      await printed('its programs have ended', () => !programs.some(({ pid }) => isRunning(pid)));
      await printed('the camera is free', () => state?.viewers === 0 && !state.streaming);

      await homebridge.restart();
      for (const { phone, stream, recorder } of await watchAll()) {
        await phone.end(stream);
        expect(recorder.undecrypted).toBe(0);
      }
    },
    3 * LONG_MS,
  );
});
