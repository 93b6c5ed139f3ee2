import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { bundleForBrowser } from '../support/bundle-for-browser.ts';
import { launchChromium, visit } from '../support/chromium.ts';
import { startDevice, type TestDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { startStaticPage } from '../support/static-page.ts';
import { waitUntil } from '../support/wait-until.ts';
import { startWeb, type TestWeb } from '../support/web.ts';
import { restartIceInPage } from './restarting-page.ts';

const run = promisify(execFile);
const AIORTC_VIEWER = fileURLToPath(new URL('./aiortc-viewer.py', import.meta.url));
const LONG_MS = 60_000;
const TOKEN = 'a-token-that-is-long-enough';
const PICTURES = 45;

const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let camera: TestDevice;
let openWeb: TestWeb;
let browser: Browser;

beforeAll(async () => {
  const { url } = shared.own(await startMosquitto());
  camera = shared.own(await startDevice({ broker: url, args: ['--audio', 'test'] }));
  openWeb = shared.own(await startWeb(url));
  browser = shared.own(await launchChromium());
}, LONG_MS);

async function openPage(html: string) {
  const { url } = resources.own(await startStaticPage(html));
  const context = await browser.newContext();
  resources.onEnd('the tab', () => context.close());
  const page = await context.newPage();
  await visit(page, url);
  return page;
}

const viewersLeft = () => camera.log.match(/viewer web-\S+ closed: left/gu)?.length ?? 0;

describe('by WHEP a camera is watched by', () => {
  test(
    'the player of Eyevinn, with a token, from a page of its own',
    async () => {
      const web = resources.own(await startWeb(camera.broker, { env: { PICAM_WEB_TOKEN: TOKEN } }));
      const page = await openPage('<video autoplay muted playsinline></video>');
      const left = viewersLeft();
      await page.addScriptTag({
        content: bundleForBrowser('@eyevinn/webrtc-player', 'eyevinn', ['@eyevinn/csai-manager']),
      });
      await page.evaluate(`(async () => {
        const video = document.querySelector('video');
        window.player = new eyevinn.WebRTCPlayer({ video, type: 'whep', detectTimeout: false });
        await player.load(new URL('${web.url}/whep/${camera.device}'), 'Bearer ${TOKEN}');
      })()`);
      await waitUntil(
        'its pictures',
        async () =>
          (await page.evaluate<number>(
            "document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames",
          )) > PICTURES,
        LONG_MS / 2,
      );
      expect(await page.evaluate("document.querySelector('video').videoWidth")).toBe(1280);
      await page.evaluate('player.unload()');
      await waitUntil('it has left', () => viewersLeft() > left);
    },
    2 * LONG_MS,
  );

  test(
    'aiortc, which offers all its candidates at once and decodes by FFmpeg',
    async () => {
      const left = viewersLeft();
      const { stdout } = await run(
        '/usr/bin/python3',
        [AIORTC_VIEWER, `${openWeb.url}/whep/${camera.device}`, String(PICTURES)],
        { timeout: LONG_MS },
      );
      expect(JSON.parse(stdout)).toEqual({ sizes: [[1280, 720]] });
      await waitUntil('it has left', () => viewersLeft() > left);
    },
    2 * LONG_MS,
  );

  test(
    'a browser that begins ICE anew in the middle of it',
    async () => {
      const page = await openPage('<video autoplay muted playsinline></video>');
      const { gapMs, ...restarted } = await page.evaluate(
        restartIceInPage,
        `${openWeb.url}/whep/${camera.device}`,
      );
      console.info(`ICE restart: ${Math.round(gapMs)} ms between two pictures`);
      expect(restarted).toEqual({ status: 200, usesNewIce: true, staleTag: 412, newTag: 204 });
      expect(camera.log.match(/viewer web-\S+ connected/gu)).not.toBeNull();
    },
    2 * LONG_MS,
  );
});
