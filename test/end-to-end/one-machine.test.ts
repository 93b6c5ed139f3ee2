import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { stateSchema, type DeviceState } from '../../contract/device-messages.ts';
import { deviceTopics } from '../../contract/topics.ts';
import { freePort } from '../../demo/ports.ts';
import { localBrokerUrl } from '../../homebridge-plugin/local-camera/local-camera-settings.ts';
import { launchChromium, visit } from '../support/chromium.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { PACKED_INSTALL_TIMEOUT_MS, packedInstall } from '../support/packed-install.ts';
import { descendantProcesses } from '../support/processes.ts';
import { resourcesOfAllTests } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { startWeb } from '../support/web.ts';
import { BrowserPage } from './browser-page.ts';
import { ExampleFlows } from './example-flows.ts';
import { HapCamera } from './hap-camera.ts';
import { startHomebridge, type TestHomebridge } from './homebridge-process.ts';
import { NodeRedRuntime } from './node-red-runtime.ts';
import { watchStream, type WatchedStream } from './watch-stream.ts';

const DEVICE = 'workbench';
const LONG_MS = 60_000;

const resources = resourcesOfAllTests();
let port: number;
let state: DeviceState | undefined;
let homebridge: TestHomebridge;
let browser: Browser;

/** Homebridge with a camera on its own machine, and another camera on another broker. */
beforeAll(async () => {
  port = await freePort();
  browser = resources.own(await launchChromium());
  const { url } = resources.own(await startMosquitto());
  resources.own(await startDevice({ broker: url, args: ['--name', 'Front door'] }));
  const localCamera = { enabled: true, name: 'Workbench', source: 'test', port, device: DEVICE };
  homebridge = resources.own(await startHomebridge({ broker: { url }, localCamera }));
  await homebridge.accessory('Workbench');
  const bus = resources.own(await connectBus(localBrokerUrl(port)));
  bus.subscribe(deviceTopics('picam', DEVICE).state, ({ payload }) => {
    state = stateSchema.parse(JSON.parse(payload.toString()));
  });
}, PACKED_INSTALL_TIMEOUT_MS);

async function watchInHome(name: string): Promise<WatchedStream> {
  const phone = resources.own(await HapCamera.pair(await homebridge.accessory(name)));
  const watched = await watchStream(phone, resources);
  await waitUntil(`pictures of ${name}`, () => watched.recorder.packets.length > 100, LONG_MS / 2);
  return watched;
}

async function watchInBrowser(): Promise<BrowserPage> {
  const web = resources.own(await startWeb(localBrokerUrl(port)));
  const page = resources.own(await BrowserPage.open(browser, web.url));
  await page.clickCamera(DEVICE);
  return page;
}

/** The page of the example that passes the offer to a flow. */
async function watchInNodeRed(): Promise<void> {
  const nodeRed = resources.own(await NodeRedRuntime.start(await packedInstall()));
  const examples = new ExampleFlows(port, DEVICE);
  await nodeRed.deploy(examples.nodes);
  await nodeRed.statusBecomes(examples.idOf('picam-webrtc'), 'live');
  const page = await browser.newPage();
  await visit(page, `${nodeRed.url}/picam`);
  await page.waitForFunction(
    "document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames > 30",
  );
}

describe('the camera on the machine that Homebridge runs on', () => {
  test(
    'is in Apple Home beside a camera elsewhere, on a web page and in Node-RED at once, with one encoder',
    async () => {
      const watched = [await watchInHome('Workbench'), await watchInHome('Front door')];
      const page = await watchInBrowser();
      await watchInNodeRed();
      await waitUntil('three viewers', () => state?.viewers === 3, LONG_MS / 2);
      expect(await page.framesDecodedIn(1_000)).toBeGreaterThan(10);
      const encoders = descendantProcesses(homebridge.pid).filter(({ name }) => name === 'ffmpeg');
      expect(encoders).toHaveLength(1);
      for (const { recorder } of watched) {
        const before = recorder.packets.length;
        await waitUntil('more pictures', () => recorder.packets.length > before + 30, LONG_MS / 2);
        expect(recorder.undecrypted).toBe(0);
      }
    },
    3 * LONG_MS,
  );
});
