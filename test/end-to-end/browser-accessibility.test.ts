import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { fixedIceServers } from '../../foundation/ice/ice-server-source.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { accessSettingsSchema } from '../../web/server/access/access-settings.ts';
import { hashPassword } from '../../web/server/access/password-hash.ts';
import { createWebServer, type WebServer } from '../../web/server/web-server.ts';
import { launchChromium, visit } from '../support/chromium.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice, type TestDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { accessibilityFaults } from './accessibility.ts';
import { BrowserPage } from './browser-page.ts';

const TEST_TIMEOUT_MS = 90_000;
const PASSWORD = 'the password of Anna';
const TOKEN = 'a-token-of-the-tests-0123456789';

const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let browser: Browser;
let camera: TestDevice;
let web: WebServer;

beforeAll(async () => {
  browser = shared.own(await launchChromium());
  const broker = shared.own(await startMosquitto());
  camera = shared.own(await startDevice({ broker: broker.url }));
  const bus = shared.own(await connectBus(broker.url));
  const users = [{ name: 'anna', passwordHash: await hashPassword(PASSWORD) }];
  const access = accessSettingsSchema.parse({ users, token: TOKEN });
  const options = { prefix: 'picam', host: '127.0.0.1', port: 0, logger: silentLogger };
  web = shared.own(createWebServer({ ...options, bus, access, iceServers: fixedIceServers([]) }));
  await web.open();
}, TEST_TIMEOUT_MS);

/** A tab of somebody who has logged in, or of a stranger. */
async function openTab(path: string, isLoggedIn = true): Promise<BrowserPage> {
  const context = resources.own(await browser.newContext({ viewport: { width: 1280, height: 800 } }));
  if (isLoggedIn)
    await context.request.post(`${web.url}/login`, { form: { name: 'anna', password: PASSWORD } });
  const page = await context.newPage();
  await visit(page, `${web.url}/${path}`);
  return new BrowserPage(page);
}

async function shareLink(): Promise<string> {
  const response = await fetch(`${web.url}/api/share-links`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ device: camera.device }),
  });
  return ((await response.json()) as { path: string }).path;
}

const live = () => `#/camera/${camera.device}`;

/** What the keyboard is on now: its name, and whether that is to be seen. */
async function focused({ page }: BrowserPage): Promise<{ name: string; isVisible: boolean }> {
  const [name, style] = await page.evaluate<[string, string]>(
    `[document.activeElement.ariaLabel ?? document.activeElement.textContent, getComputedStyle(document.activeElement).outlineStyle]`,
  );
  return { name, isVisible: style !== 'none' };
}

test('axe finds a fault where there is one', async () => {
  const { page } = await openTab('', false);
  await page.setContent(
    '<html lang="en"><title>A page</title><main><h1>A page</h1><button></button></main></html>',
  );
  expect(await accessibilityFaults(page)).toEqual(
    ['light', 'dark'].map((scheme) => expect.stringContaining(`${scheme} critical button-name`)),
  );
});

describe('by keyboard alone', () => {
  test(
    'a camera is chosen, paused, played, shown in the whole screen and left again',
    async () => {
      const tab = await openTab('');
      const { page } = tab;
      await page.locator(`a[href="${live()}"]`).waitFor();
      while ((await page.evaluate('document.activeElement.hash')) !== live())
        await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await tab.awaitPicture();
      await page.keyboard.press(' ');
      await tab.awaitNotice('Paused');
      await page.keyboard.press(' ');
      await tab.awaitPicture();

      const names: string[] = [];
      while (names.length < 7) {
        await page.keyboard.press('Tab');
        const { name, isVisible } = await focused(tab);
        expect(isVisible).toBe(true);
        names.push(name);
      }
      expect(names).toEqual([
        'Pause',
        'Record',
        'Save a picture',
        'Statistics',
        'Picture in picture',
        'Full screen',
        'Share this camera',
      ]);
      await page.keyboard.press('f');
      await page.waitForFunction('document.fullscreenElement');
      await page.keyboard.press('f');
      await page.waitForFunction('!document.fullscreenElement');

      await page.keyboard.press('Enter');
      await page.getByLabel('Link').waitFor();
      await page.keyboard.press('Escape');
      await page.getByLabel('Link').waitFor({ state: 'detached' });
      expect(await page.locator('main.live').count()).toBe(1);
      await page.keyboard.press('Escape');
      await page.locator('.overview').waitFor();
      expect(await page.evaluate('document.activeElement.hash')).toBe(live());
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a recording on the camera is begun and ended, and both are spoken',
    async () => {
      const tab = await openTab(live());
      await tab.awaitPicture();
      await tab.page.keyboard.press('r');
      await tab.page.getByRole('status').filter({ hasText: 'The camera records' }).waitFor();
      await tab.page.getByRole('button', { name: 'Record', pressed: true }).waitFor();
      await tab.page.keyboard.press('r');
      await tab.page.getByRole('status').filter({ hasText: 'The recording has ended' }).waitFor();
      await tab.page.getByRole('button', { name: 'Record', pressed: false }).waitFor();
    },
    TEST_TIMEOUT_MS,
  );
});

test(
  'axe finds no fault with what a guest sees',
  async () => {
    const tab = await openTab(await shareLink(), false);
    await tab.awaitPicture();
    expect(await accessibilityFaults(tab.page)).toEqual([]);
  },
  TEST_TIMEOUT_MS,
);
