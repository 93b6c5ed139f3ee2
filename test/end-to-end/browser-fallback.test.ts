import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { MqttConnection } from '../../foundation/mqtt-connection.ts';
import { openApartNetworks, type ApartNetwork } from '../support/apart-networks.ts';
import { launchChromium, visit } from '../support/chromium.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice, type TestDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { startWeb } from '../support/web.ts';
import { phaseIs, playsByHls, shownFrames } from './fallback-page.ts';

const LONG_MS = 60_000;
const TEST_TIMEOUT_MS = 3 * LONG_MS;
const DEVICE = 'front-door';
const TOKEN = 'a-token-that-is-long-enough';

const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let home: ApartNetwork;
let camera: TestDevice;
let bus: MqttConnection;
let browser: Browser;
let url: string;

/** Camera and web server in a network of their own, out of which no media come: only what is short, and TCP. */
beforeAll(async () => {
  const apart = openApartNetworks();
  shared.onEnd('the networks', () => apart.close());
  [home] = apart.networks;
  const { port } = shared.own(await startMosquitto({ host: apart.commonAddress }));
  const broker = `mqtt://${apart.commonAddress}:${port}`;
  const namespace = home.name;
  camera = shared.own(await startDevice({ broker, device: DEVICE, namespace }));
  const args = ['--web-host', home.ownAddress];
  const web = shared.own(await startWeb(broker, { args, namespace, env: { PICAM_WEB_TOKEN: TOKEN } }));
  url = web.url;
  bus = shared.own(await connectBus(broker));
  browser = shared.own(await launchChromium());
}, LONG_MS);

/** As somebody who was sent a link. */
async function openShared(): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  resources.onEnd('the tab', () => context.close());
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ device: DEVICE });
  const response = await fetch(`${url}/api/share-links`, { method: 'POST', headers, body });
  const { path } = (await response.json()) as { readonly path: string };
  const page = await context.newPage();
  page.setDefaultTimeout(LONG_MS);
  await visit(page, `${url}/${path}`);
  return page;
}

const viewersGone = (count: number) => (camera.log.match(/viewer web-\S+ closed/gu) ?? []).length >= count;

describe('the page', () => {
  test(
    'plays by HLS where WebRTC does not come through, and live as soon as it does',
    async () => {
      home.lose(1);
      const page = await openShared();
      await page.keyboard.press('i');
      await playsByHls(page);
      await page.getByText(/^\d+\.\d s late$/u).waitFor();
      const gone = (camera.log.match(/viewer web-\S+ closed/gu) ?? []).length;

      home.lose(0);
      await phaseIs(page, 'playing');
      expect(await page.locator('video.fallback.shown').count()).toBe(0);
      await waitUntil('the server to leave the camera', () => viewersGone(gone + 1), LONG_MS);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'shows nothing more by HLS when the camera is turned off, and says so',
    async () => {
      home.lose(1);
      const page = await openShared();
      await playsByHls(page);
      await bus.publish(`picam/v1/${DEVICE}/set/enabled`, 'OFF');
      // The second where an attempt by WebRTC was under way.
      await page.locator('.notice h2', { hasText: /is private|has been turned off/u }).waitFor();
      expect(await shownFrames(page)).toBe(0);

      await bus.publish(`picam/v1/${DEVICE}/set/enabled`, 'ON');
      await playsByHls(page);
      await page.keyboard.press(' ');
      await phaseIs(page, 'paused');
      expect(await shownFrames(page)).toBe(0);
    },
    TEST_TIMEOUT_MS,
  );
});
