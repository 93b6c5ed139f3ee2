import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type { MqttConnection } from '../../foundation/mqtt-connection.ts';
import { fixedIceServers } from '../../foundation/ice/ice-server-source.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { createWebServer, type WebServer } from '../../web/server/web-server.ts';
import { openApartNetworks, type ApartNetworks } from '../support/apart-networks.ts';
import { launchChromium } from '../support/chromium.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice, type TestDevice } from '../support/device.ts';
import { startMosquitto, type TestBroker } from '../support/mosquitto.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { BrowserPage } from './browser-page.ts';

const TEST_TIMEOUT_MS = 200_000;
const CUT_MS = 10_000;
const BROKER_AWAY_MS = 2_000;
/** For a machine that is busy with other things; what it takes is printed. */
const MOST_UNTIL_PLAYING_MS = 15_000;

const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let apart: ApartNetworks;
let browser: Browser;
let broker: TestBroker;
let web: WebServer;
let bus: MqttConnection;

/** Browser, web server and broker on this machine; the camera in a network that can be cut off. */
beforeAll(async () => {
  apart = openApartNetworks();
  shared.onEnd('the networks', () => apart.close());
  browser = shared.own(await launchChromium());
  broker = await startMosquitto({ host: apart.commonAddress });
  shared.onEnd('the broker', () => broker.stop());
  bus = shared.own(await connectBus(brokerUrl()));
  const options = { prefix: 'picam', host: '127.0.0.1', port: 0, logger: silentLogger };
  web = shared.own(createWebServer({ ...options, bus, iceServers: fixedIceServers([]) }));
  await web.open();
}, TEST_TIMEOUT_MS);

function brokerUrl(): string {
  return `mqtt://${apart.commonAddress}:${broker.port}`;
}

async function startCamera(device?: string): Promise<TestDevice> {
  const namespace = apart.networks[1].name;
  return resources.own(
    await startDevice({ broker: brokerUrl(), namespace, ...(device !== undefined && { device }) }),
  );
}

async function watch({ device }: TestDevice): Promise<BrowserPage> {
  const tab = resources.own(await BrowserPage.open(browser, `${web.url}/#/camera/${device}`));
  await tab.awaitPicture();
  return tab;
}

/** @param end ends what kept the page from playing. */
async function measure(cause: string, tab: BrowserPage, end: () => unknown): Promise<void> {
  const shown = tab.nextPicture().then(() => performance.now());
  await end();
  const endedAtMs = performance.now();
  const tookMs = Math.max(0, Math.round((await shown) - endedAtMs));
  console.info(`${cause} → the next picture: ${tookMs} ms`);
  expect(tookMs).toBeLessThan(MOST_UNTIL_PLAYING_MS);
  await tab.awaitPicture();
  expect(await tab.framesDecodedIn(500)).toBeGreaterThan(0);
}

function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describe('a page that plays a camera plays on by itself', () => {
  test(
    'after the network was cut for ten seconds',
    async () => {
      const camera = await startCamera();
      const tab = await watch(camera);
      const cable = apart.networks[1];
      cable.cut();
      await Promise.all([pass(CUT_MS), tab.awaitLoss()]);
      await measure('the network is back', tab, () => cable.mend());
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'through a restart of the broker, which a new tab has got over as well',
    async () => {
      const camera = await startCamera();
      const tab = await watch(camera);
      await broker.stop();
      const banner = tab.page.getByRole('alert').filter({ hasText: 'The MQTT broker is away' });
      await Promise.all([pass(BROKER_AWAY_MS), banner.waitFor()]);
      expect(await tab.framesDecodedIn(500)).toBeGreaterThan(0);
      const late = resources.own(await BrowserPage.open(browser, tab.page.url()));
      await late.awaitNotice('The MQTT broker is away');
      await measure('the broker is back', late, async () => {
        broker = await startMosquitto({ host: apart.commonAddress, port: broker.port });
      });
      await banner.waitFor({ state: 'hidden' });
      expect(await tab.page.locator('main[data-phase="playing"]').count()).toBe(1);
    },
    TEST_TIMEOUT_MS,
  );

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'after the camera was ended by %s and started again',
    async (signal) => {
      const camera = await startCamera();
      const tab = await watch(camera);
      camera.kill(signal);
      await Promise.all([camera.exited, tab.awaitLoss()]);
      await measure(`the camera ended by ${signal} is ready`, tab, () => startCamera(camera.device));
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'after its owner has turned the camera off and on again',
    async () => {
      const camera = await startCamera();
      const tab = await watch(camera);
      const turn = (value: 'ON' | 'OFF') => bus.publish(`picam/v1/${camera.device}/set/enabled`, value);
      await turn('OFF');
      await tab.awaitNotice('has been turned off');
      await measure('the camera is turned on', tab, () => turn('ON'));
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'after the person who watches has paused and played it',
    async () => {
      const tab = await watch(await startCamera());
      await tab.page.keyboard.press(' ');
      await tab.awaitNotice('Paused');
      await measure('play', tab, () => tab.page.keyboard.press(' '));
    },
    TEST_TIMEOUT_MS,
  );
});
