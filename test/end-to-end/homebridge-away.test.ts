import { expect, test } from '@jest/globals';
import { freePort } from '../../demo/ports.ts';
import { startDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { PACKED_INSTALL_TIMEOUT_MS } from '../support/packed-install.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { HapCamera } from './hap-camera.ts';
import { startHomebridge } from './homebridge-process.ts';

const LONG_MS = 60_000;
const NO_RESPONSE = { status: -70402 };
const resources = resourcesOfEachTest();

test(
  'a broker that is away when Homebridge starts, comes, and is started again costs no camera and no Homebridge',
  async () => {
    const port = await freePort();
    const homebridge = resources.own(await startHomebridge({ broker: { url: `mqtt://127.0.0.1:${port}` } }));
    await waitUntil('the broker to be missed', () => /ECONNREFUSED|cannot be reached/u.test(homebridge.log));
    const broker = await startMosquitto({ port });
    resources.onEnd('the broker', () => broker.stop());
    const device = await startDevice({
      broker: broker.url,
      device: 'front-door',
      args: ['--name', 'Front door'],
    });
    resources.onEnd('the camera', () => device.stop());
    const camera = resources.own(await HapCamera.pair(await homebridge.accessory('Front door')));
    const isThere = async () => typeof (await camera.streamingStatus()) === 'string';
    await waitUntil('the camera', isThere, LONG_MS / 2);

    await broker.stop();
    const isAway = async () => JSON.stringify(await camera.streamingStatus()) === JSON.stringify(NO_RESPONSE);
    await waitUntil('"No Response"', isAway, LONG_MS / 2);
    const again = await startMosquitto({ port });
    resources.onEnd('the broker that came back', () => again.stop());
    const backAtMs = performance.now();
    await waitUntil('the camera to be back', isThere, LONG_MS / 2);
    console.info(`broker back → camera back: ${Math.round(performance.now() - backAtMs)} ms`);
    expect(homebridge.log).not.toMatch(/Unhandled|uncaught|TypeError|slow|didn't respond/iu);
  },
  PACKED_INSTALL_TIMEOUT_MS,
);
