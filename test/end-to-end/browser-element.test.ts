import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { fixedIceServers } from '../../foundation/ice/ice-server-source.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { accessSettingsSchema } from '../../web/server/access/access-settings.ts';
import { createWebServer, type WebServer } from '../../web/server/web-server.ts';
import { launchChromium, visit } from '../support/chromium.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice, type TestDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { startStaticPage } from '../support/static-page.ts';
import { waitUntil } from '../support/wait-until.ts';
import { WITHOUT_WEBRTC } from './fallback-page.ts';

const TEST_TIMEOUT_MS = 60_000;
const TOKEN = 'a-token-of-the-tests-0123456789';
/** Until `reachable` is set, the browser knows no way to anywhere. */
const WITHOUT_A_WAY = `const Peer = RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Peer {
    constructor(configuration) {
      super({ ...configuration, iceTransportPolicy: globalThis.reachable ? 'all' : 'relay' });
    }
  };`;
const BEARER = { authorization: `Bearer ${TOKEN}` };

const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let browser: Browser;
let camera: TestDevice;
let web: WebServer;
let otherSite: string;

beforeAll(async () => {
  const [launched, broker] = await Promise.all([launchChromium(), startMosquitto()]);
  browser = shared.own(launched);
  shared.own(broker);
  camera = shared.own(await startDevice({ broker: broker.url }));
  const bus = shared.own(await connectBus(broker.url));
  const access = accessSettingsSchema.parse({ token: TOKEN });
  const options = { prefix: 'picam', host: '127.0.0.1', port: 0, logger: silentLogger };
  web = shared.own(createWebServer({ ...options, bus, access, iceServers: fixedIceServers([]) }));
  await web.open();
  otherSite = shared.own(await startStaticPage('')).url;
}, TEST_TIMEOUT_MS);

/** A page of the other site, as its owner would write it. */
async function openOtherPage(token: string, src = `${web.url}/${camera.device}`, script = ''): Promise<Page> {
  const page = await browser.newPage();
  resources.onEnd('the page', () => page.close());
  await page.addInitScript(script);
  await visit(page, otherSite);
  await page.setContent(`<!doctype html><title>Garden</title>
    <script type="module" src="${web.url}/picam-live.js"></script>
    <picam-live src="${src}" token="${token}" muted controls></picam-live>`);
  return page;
}

async function awaitState(page: Page, state: string): Promise<void> {
  await page.waitForFunction(`document.querySelector('picam-live').state === '${state}'`);
}

function send(path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json', ...BEARER };
  return fetch(`${web.url}/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function viewers(): Promise<number | undefined> {
  const response = await fetch(`${web.url}/api/cameras`, { headers: BEARER });
  return ((await response.json()) as { viewers: number }[])[0]?.viewers;
}

describe('<picam-live> on a page of another origin', () => {
  test(
    'plays with a token, in the shape of a video, and lets the camera go when it is taken away',
    async () => {
      const page = await openOtherPage(TOKEN);
      await awaitState(page, 'playing');
      const seen = await page.evaluate(
        "(({ videoWidth, muted, controls }) => [videoWidth, muted, controls])(document.querySelector('picam-live').shadowRoot.querySelector('video'))",
      );
      expect(seen).toEqual([1280, true, true]);
      await page.evaluate("document.querySelector('picam-live').remove()");
      await waitUntil('nobody watches', async () => (await viewers()) === 0, 20_000);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'plays with a share link, says when the camera has been stopped, and plays again when asked',
    async () => {
      const { path } = (await (await send('share-links', { device: camera.device })).json()) as {
        path: string;
      };
      const page = await openOtherPage(`${web.url}/${path}`);
      await awaitState(page, 'playing');
      await send('stop-webrtc', {});
      await page.getByRole('status').filter({ hasText: 'has been stopped' }).waitFor();
      await page.evaluate("document.querySelector('picam-live').play()");
      await awaitState(page, 'playing');
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'plays on by itself after its camera was killed and started again',
    async () => {
      const page = await openOtherPage(TOKEN);
      await awaitState(page, 'playing');
      camera.kill('SIGKILL');
      await awaitState(page, 'waiting');
      const { broker, device } = camera;
      camera = shared.own(await startDevice({ broker, device }));
      const readyAtMs = performance.now();
      await awaitState(page, 'playing');
      console.info(
        `the camera is ready → <picam-live> plays: ${Math.round(performance.now() - readyAtMs)} ms`,
      );
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'plays by HLS in a browser without WebRTC, and lets the camera go when it is taken away',
    async () => {
      const page = await openOtherPage(TOKEN, undefined, WITHOUT_WEBRTC);
      await awaitState(page, 'delayed');
      await page.getByRole('status').filter({ hasText: 'A few seconds late' }).waitFor();
      const frames = () =>
        page.evaluate<number>(
          "document.querySelector('picam-live').shadowRoot.querySelector('.shown').getVideoPlaybackQuality().totalVideoFrames",
        );
      await waitUntil('two seconds of pictures', async () => (await frames()) > 60, TEST_TIMEOUT_MS);
      await page.evaluate("document.querySelector('picam-live').remove()");
      await waitUntil('nobody watches', async () => (await viewers()) === 0, 30_000);
    },
    2 * TEST_TIMEOUT_MS,
  );

  test(
    'plays by HLS while no connection comes about, and then live',
    async () => {
      const page = await openOtherPage(TOKEN, undefined, WITHOUT_A_WAY);
      await awaitState(page, 'delayed');
      await page.evaluate('globalThis.reachable = true');
      await awaitState(page, 'playing');
      const late = await page.evaluate(
        "document.querySelector('picam-live').shadowRoot.querySelector('.shown')",
      );
      expect(late).toBeNull();
    },
    3 * TEST_TIMEOUT_MS,
  );

  test('says that it lacks a token, and what is wrong with its address', async () => {
    const page = await openOtherPage('');
    await page.getByRole('status').filter({ hasText: 'Log in, or send a token' }).waitFor();
    await page.evaluate("document.querySelector('picam-live').setAttribute('src', '/')");
    await page.getByRole('status').filter({ hasText: 'src is no address of a camera' }).waitFor();
  });
});
