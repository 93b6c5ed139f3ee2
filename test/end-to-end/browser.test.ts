import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { fixedIceServers } from '../../foundation/ice/ice-server-source.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { createWebServer, type WebServer } from '../../web/server/web-server.ts';
import { launchChromium, visit } from '../support/chromium.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice, type TestDeviceOptions } from '../support/device.ts';
import { startMosquitto, type TestBroker } from '../support/mosquitto.ts';
import { descendantProcesses } from '../support/processes.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { BrowserPage } from './browser-page.ts';

const TEST_TIMEOUT_MS = 90_000;
/** Two seconds, and what a busy machine adds. */
const MOST_UNTIL_TOLD_MS = 3_000;
const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let browser: Browser;
let broker: TestBroker;
let web: WebServer;

beforeAll(async () => {
  [browser, broker] = await Promise.all([launchChromium(), startMosquitto()]);
  shared.own(browser);
  shared.own(broker);
  web = shared.own(await startWeb(broker));
}, TEST_TIMEOUT_MS);

async function startWeb({ url }: TestBroker): Promise<WebServer> {
  const bus = shared.own(await connectBus(url));
  const server = createWebServer({
    bus,
    prefix: 'picam',
    host: '127.0.0.1',
    port: 0,
    iceServers: fixedIceServers([]),
    logger: silentLogger,
  });
  await server.open();
  return server;
}

async function startCamera(options: TestDeviceOptions = {}) {
  return resources.own(await startDevice({ broker: broker.url, ...options }));
}

async function openPage(path = '/'): Promise<BrowserPage> {
  return resources.own(await BrowserPage.open(browser, `${web.url}${path}`));
}

function encodersOf(pid: number): number {
  return descendantProcesses(pid).filter(({ name }) => name === 'ffmpeg').length;
}

describe('the page in Chromium', () => {
  test(
    'a click plays the camera; a second tab shares its encoder; when both have left it stops',
    async () => {
      const camera = await startCamera();
      const first = await openPage();
      const firstPictureMs = await first.clickCamera(camera.device);
      console.info(`click → first picture: ${Math.round(firstPictureMs)} ms`);
      expect(await first.awaitPicture()).toEqual({ width: 1280, height: 720 });
      expect(await first.framesDecodedIn(3_000)).toBeGreaterThanOrEqual(60);
      const earlier = await first.screenshotOfVideo();
      await first.framesDecodedIn(200);
      expect((await first.screenshotOfVideo()).equals(earlier)).toBe(false);

      const second = await openPage(`/#/camera/${camera.device}`);
      await second.awaitPicture();
      // A snapshot's ffmpeg may run for a moment; a second encoder would not go away.
      await waitUntil('one encoder for both', () => encodersOf(camera.pid) === 1);

      await Promise.all([first.close(), second.close()]);
      await waitUntil('the encoder ends', () => encodersOf(camera.pid) === 0, 30_000);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a click sends the offer at once, whatever else the page is busy with; candidates follow it',
    async () => {
      const camera = await startCamera();
      const page = await browser.newPage();
      const tab = resources.own(new BrowserPage(page));
      // Snapshots that never come hold the few connections that a browser has to one server.
      await page.route('**/snapshot.jpg?*', () => undefined);
      const snapshot = page.waitForRequest('**/snapshot.jpg?*');
      await visit(page, web.url);
      const pending = await snapshot;
      const givenUp = page.waitForEvent('requestfailed', (request) => request === pending);
      const offered = page.waitForRequest((request) => request.method() === 'POST');
      const followed = page.waitForResponse((response) => response.request().method() === 'PATCH');
      const asked: string[] = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));

      await tab.clickCamera(camera.device);
      await givenUp;
      expect((await offered).postData()).not.toContain('a=candidate:');
      const candidates = await followed;
      expect(candidates.request().postData()).toContain('a=candidate:');
      expect(candidates.status()).toBe(204);
      // They were asked for while the grid was shown.
      expect(asked).not.toContain('/api/turn-credentials');
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a camera stopped on purpose stays stopped until the person asks to play again',
    async () => {
      const camera = await startCamera();
      const tab = await openPage(`/#/camera/${camera.device}`);
      await tab.awaitPicture();
      await fetch(`${web.url}/api/stop-webrtc?device=${camera.device}`, { method: 'POST' });
      const stoppedAtMs = performance.now();
      await tab.awaitNotice('has been stopped');
      const learnedMs = Math.round(performance.now() - stoppedAtMs);
      console.info(`stop → the page says so: ${learnedMs} ms`);
      expect(learnedMs).toBeLessThan(MOST_UNTIL_TOLD_MS);
      expect(encodersOf(camera.pid)).toBe(0);
      await tab.page.getByRole('button', { name: 'Play again' }).click();
      await tab.awaitPicture();
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a camera that its owner turns off is private everywhere, and plays by itself once it is on again',
    async () => {
      const camera = await startCamera();
      const bus = resources.own(await connectBus(broker.url));
      const turn = (value: 'ON' | 'OFF') => bus.publish(`picam/v1/${camera.device}/set/enabled`, value);
      const [tab, grid] = [await openPage(`/#/camera/${camera.device}`), await openPage()];
      const tile = grid.page.locator(`a[href="#/camera/${camera.device}"]`);
      await tab.awaitPicture();
      await tile.locator('img:visible').waitFor();

      await turn('OFF');
      await tab.awaitNotice('has been turned off');
      await tile.locator('.badge', { hasText: 'Private' }).waitFor();
      await tile.locator('img').waitFor({ state: 'hidden' });
      await tab.page.reload();
      await tab.page.locator('.notice', { hasText: 'turned off by its owner' }).waitFor();

      await turn('ON');
      await tab.awaitPicture();
      await tile.locator('img:visible').waitFor();
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a camera that dies and comes back plays again by itself',
    async () => {
      const camera = await startCamera();
      const tab = await openPage(`/#/camera/${camera.device}`);
      await tab.awaitPicture();
      camera.kill('SIGKILL');
      const killedAtMs = performance.now();
      await tab.recordNotices();
      await tab.awaitNotice('is offline');
      const learnedMs = Math.round(performance.now() - killedAtMs);
      console.info(`killed → the page says so: ${learnedMs} ms`);
      expect(await tab.recordedNotices()).not.toContain('The connection was lost');
      await startCamera({ device: camera.device });
      await tab.awaitPicture();
      expect(await tab.framesDecodedIn(1_000)).toBeGreaterThan(0);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a camera that nobody knows is named as such, and the keyboard leads back',
    async () => {
      const tab = await openPage('/#/camera/not-there');
      await tab.awaitNotice('There is no such camera');
      await tab.page.keyboard.press('Escape');
      await tab.page.locator('.overview').waitFor();
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a broker that is away is said on top, and the picture keeps playing',
    async () => {
      const ownBroker = resources.own(await startMosquitto());
      const ownWeb = resources.own(await startWeb(ownBroker));
      const camera = await startCamera({ broker: ownBroker.url });
      const tab = resources.own(await BrowserPage.open(browser, `${ownWeb.url}/#/camera/${camera.device}`));
      await tab.awaitPicture();
      await ownBroker.stop();
      await tab.page.getByRole('alert').filter({ hasText: 'The MQTT broker is away' }).waitFor();
      expect(await tab.framesDecodedIn(1_000)).toBeGreaterThan(0);
      await tab.page.reload();
      await tab.awaitNotice('The MQTT broker is away');
      resources.own(await startMosquitto({ port: ownBroker.port }));
      await tab.awaitPicture();
    },
    TEST_TIMEOUT_MS,
  );
});

describe('recordings of a real camera in Chromium', () => {
  test.each([
    ['recommended-720p30', 1280, 720],
    ['recommended-1080p30', 1920, 1080],
    ['low-latency-several-slices', 1280, 720],
  ])(
    '%s plays in its own size',
    async (recording, width, height) => {
      const camera = await startCamera({ source: `file:test/data/rpicam/${recording}.h264` });
      const tab = await openPage(`/#/camera/${camera.device}`);
      expect(await tab.awaitPicture()).toEqual({ width, height });
      expect(await tab.framesDecodedIn(1_000)).toBeGreaterThan(5);
    },
    TEST_TIMEOUT_MS,
  );
});
