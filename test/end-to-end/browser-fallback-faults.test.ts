import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page, Route } from 'playwright-core';
import { fixedIceServers } from '../../foundation/ice/ice-server-source.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { createWebServer, type WebServer } from '../../web/server/web-server.ts';
import { launchChromium, visit } from '../support/chromium.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice, type TestDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { phaseIs, playsByHls, playsOn, shownFrames, WITHOUT_WEBRTC } from './fallback-page.ts';

const LONG_MS = 60_000;
const TEST_TIMEOUT_MS = 3 * LONG_MS;
const PLAYLISTS = '**/*.m3u8';
const SEGMENTS = '**/*.m4s';
/** The library has laid the video out anew. */
const EMPTIED =
  "new Promise((resolve) => document.querySelector('.fallback').addEventListener('emptied', () => resolve()))";
const NOTE_INTERRUPTION = `new MutationObserver(() => {
  if (document.querySelector('main').dataset.phase !== 'delayed') globalThis.wasInterrupted = true;
}).observe(document.querySelector('main'), { attributeFilter: ['data-phase'] })`;
const LIBRARY = '**/hls-light.js*';
const WITHOUT_MEDIA_SOURCE = 'delete globalThis.MediaSource; delete globalThis.ManagedMediaSource;';

const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let browser: Browser;
let camera: TestDevice;
let other: TestDevice;
let web: WebServer;

beforeAll(async () => {
  browser = shared.own(await launchChromium());
  const broker = shared.own(await startMosquitto());
  camera = shared.own(await startDevice({ broker: broker.url }));
  other = shared.own(await startDevice({ broker: broker.url }));
  const bus = shared.own(await connectBus(broker.url));
  const options = { prefix: 'picam', host: '127.0.0.1', port: 0, logger: silentLogger };
  web = shared.own(createWebServer({ ...options, bus, iceServers: fixedIceServers([]) }));
  await web.open();
}, LONG_MS);

/** @param prepare what becomes of the tab before the page is opened in it. */
async function open(
  prepare: (page: Page) => unknown = () => undefined,
  { device } = camera,
  script = WITHOUT_WEBRTC,
): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  resources.onEnd('the tab', () => page.close());
  page.setDefaultTimeout(LONG_MS);
  await page.addInitScript(script);
  await prepare(page);
  await visit(page, `${web.url}/#/camera/${device}`);
  return page;
}

/** Its first picture claims to be longer than everything. */
function withoutEnd(segment: Buffer): Buffer {
  const atPictures = segment.indexOf('mdat') + 'mdat'.length;
  segment.writeUInt32BE(0x7f_ff_ff_ff, atPictures);
  return segment.fill(0xff, atPictures + 4, atPictures + 1_000);
}

async function fulfillSpoilt(route: Route, spoil: (segment: Buffer) => Buffer): Promise<void> {
  const segment = await (await route.fetch()).body();
  await route.fulfill({ body: spoil(segment), contentType: 'video/mp4' });
}

const notice = (page: Page, text: string) => page.locator('.notice h2', { hasText: text }).waitFor();

describe('a page that plays by HLS', () => {
  test(
    'does so at once in a browser without WebRTC, and again after a pause',
    async () => {
      const page = await open();
      await playsByHls(page);
      await page.keyboard.press(' ');
      await phaseIs(page, 'paused');
      expect(await shownFrames(page)).toBe(0);
      await page.keyboard.press(' ');
      await playsByHls(page);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'needs no library where the browser plays it by itself',
    async () => {
      const libraries: string[] = [];
      const page = await open(
        (tab) => tab.on('request', (request) => request.url().includes('hls-light') && libraries.push('')),
        camera,
        WITHOUT_WEBRTC + WITHOUT_MEDIA_SOURCE,
      );
      await playsByHls(page);
      expect(libraries).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'tries again when its library cannot be loaded',
    async () => {
      const page = await open((tab) => tab.route(LIBRARY, (route) => route.abort(), { times: 1 }));
      await notice(page, 'The connection was lost');
      await playsByHls(page);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'asks for nothing more once it is left, also when its library comes only then',
    async () => {
      const playlists: string[] = [];
      const held: (() => Promise<void>)[] = [];
      const page = await open(async (tab) => {
        await tab.route(LIBRARY, (route) => void held.push(() => route.continue()));
        tab.on('request', (request) => request.url().endsWith('.m3u8') && playlists.push(request.url()));
      });
      await waitUntil('the request for the library', () => held[0], LONG_MS);
      await page.keyboard.press('Escape');
      await page.locator('.tile').first().waitFor();
      const loaded = page.waitForEvent('requestfinished', (request) => request.url().includes('hls-light'));
      await held[0]?.();
      await loaded;

      await page.locator(`a[href="#/camera/${other.device}"]`).click();
      await playsByHls(page);
      expect(playlists.filter((url) => !url.includes(other.device))).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );

  test.each<[string, (segment: Buffer) => Buffer, (page: Page) => Promise<unknown>]>([
    ['are none', () => Buffer.from('x'.repeat(5_000)), (page) => page.waitForResponse(SEGMENTS)],
    ['its browser cannot decode', withoutEnd, (page) => page.evaluate(EMPTIED)],
  ])(
    'gets over segments that %s',
    async (_what, spoil, noticed) => {
      const page = await open();
      await playsByHls(page);
      await page.evaluate(NOTE_INTERRUPTION);
      const spoilt = noticed(page);
      await page.route(SEGMENTS, (route) => fulfillSpoilt(route, spoil), { times: 2 });
      await spoilt;
      await playsOn(page);
      // On a busy machine it may take longer than the page waits.
      const wasInterrupted = (await page.evaluate('globalThis.wasInterrupted')) === true;
      console.info(`the picture ${wasInterrupted ? 'was interrupted' : 'went on'}`);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'notices that nothing comes any more though nobody says so, and plays when it comes again',
    async () => {
      const page = await open();
      await playsByHls(page);
      const text = await (await page.waitForResponse(PLAYLISTS)).text();
      await page.route(PLAYLISTS, (route) => route.fulfill({ body: text }));
      await notice(page, 'The connection was lost');
      expect(await shownFrames(page)).toBe(0);
      await page.unroute(PLAYLISTS);
      await playsByHls(page);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'says when the camera is gone, and plays when it is back',
    async () => {
      const page = await open(undefined, other);
      await playsByHls(page);
      other.kill('SIGKILL');
      await notice(page, 'is offline');
      other = shared.own(await startDevice({ broker: other.broker, device: other.device }));
      await playsByHls(page);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'leaves the camera to others when it is closed',
    async () => {
      const page = await open();
      await playsByHls(page);
      const gone = () => camera.log.match(/viewer web-\S+ closed/gu)?.length ?? 0;
      const before = gone();
      await page.keyboard.press('Escape');
      await waitUntil('the server to leave the camera', () => gone() > before, LONG_MS);
    },
    TEST_TIMEOUT_MS,
  );
});
