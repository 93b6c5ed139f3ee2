import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext } from 'playwright-core';
import { fixedIceServers } from '../../foundation/ice/ice-server-source.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { accessSettingsSchema } from '../../web/server/access/access-settings.ts';
import { hashPassword } from '../../web/server/access/password-hash.ts';
import { createWebServer } from '../../web/server/web-server.ts';
import { CertificateAuthority } from '../support/certificates.ts';
import { launchChromium, visit } from '../support/chromium.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice, type TestDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { startNginx, type TestNginx } from '../support/nginx.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { BrowserPage } from './browser-page.ts';
import { playsByHls, WITHOUT_WEBRTC } from './fallback-page.ts';

const TEST_TIMEOUT_MS = 90_000;
const PASSWORD = 'the password of Anna';
/** As the README shows it, and as little as works: this one tells neither the path nor the name. */
const PROXIES = {
  '/cameras/': `
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Prefix /cameras;`,
  '/plain/': 'proxy_set_header Host $http_host;',
};

const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let browser: Browser;
let camera: TestDevice;
let nginx: TestNginx;

beforeAll(async () => {
  const [launched, broker] = await Promise.all([launchChromium(), startMosquitto()]);
  browser = shared.own(launched);
  shared.own(broker);
  camera = shared.own(await startDevice({ broker: broker.url }));
  const passwordHash = await hashPassword(PASSWORD);
  const server = shared.own(
    createWebServer({
      bus: shared.own(await connectBus(broker.url)),
      prefix: 'picam',
      host: '127.0.0.1',
      port: 0,
      iceServers: fixedIceServers([]),
      logger: silentLogger,
      trustedProxies: ['127.0.0.1'],
      access: accessSettingsSchema.parse({ users: [{ name: 'anna', passwordHash }] }),
    }),
  );
  await server.open();
  const locations = Object.entries(PROXIES).map(
    ([path, headers]) => `location ${path} {${headers} proxy_pass ${server.url}/; }`,
  );
  const certificate = shared.own(new CertificateAuthority()).sign('nginx');
  nginx = shared.own(await startNginx({ certificate, settings: locations.join('\n') }));
}, TEST_TIMEOUT_MS);

async function newContext(): Promise<BrowserContext> {
  return resources.own(await browser.newContext({ ignoreHTTPSErrors: true }));
}

async function logInAt(path: string, context: BrowserContext): Promise<BrowserPage> {
  const page = await context.newPage();
  await visit(page, `${nginx.url}${path}#/camera/${camera.device}`);
  await page.getByLabel('Name').fill('anna');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  return new BrowserPage(page);
}

async function fetchedType(url: string): Promise<{ status: number; type: string | null }> {
  const { status, headers } = await fetch(url);
  return { status, type: headers.get('content-type') };
}

describe('behind nginx, below a path', () => {
  test.each(Object.keys(PROXIES))(
    'whoever logs in at %s watches the camera that the address named',
    async (path) => {
      const context = await newContext();
      const tab = await logInAt(path, context);
      expect(await tab.awaitPicture()).toEqual({ width: 1280, height: 720 });
      expect(tab.page.url()).toBe(`${nginx.url}${path}#/camera/${camera.device}`);
      const cookies = await context.cookies();
      const session = cookies.find(({ name }) => name === 'picam_session');
      const isTold = path === '/cameras/';
      expect(session).toMatchObject({
        path: isTold ? path : '/',
        secure: isTold,
        httpOnly: true,
        sameSite: 'Lax',
      });
    },
    TEST_TIMEOUT_MS,
  );

  test.each(Object.keys(PROXIES))(
    'at %s the camera comes by HLS to a browser without WebRTC',
    async (path) => {
      const context = await newContext();
      await context.addInitScript(WITHOUT_WEBRTC);
      await playsByHls((await logInAt(path, context)).page);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'Chromium finds no fault with how the page may be installed, at the path below which it is seen',
    async () => {
      const { page } = await logInAt('/cameras/', await newContext());
      await page.locator('main').waitFor();
      const devTools = await page.context().newCDPSession(page);
      const { url, errors, manifest } = await devTools.send('Page.getAppManifest');
      expect({ url, errors }).toEqual({ url: `${nginx.url}/cameras/picam.webmanifest`, errors: [] });
      expect(manifest).toMatchObject({
        startUrl: `${nginx.url}/cameras/`,
        scope: `${nginx.url}/cameras/`,
      });
      for (const { url: icon } of manifest.icons ?? []) {
        const { status, type } = await page.evaluate(fetchedType, icon);
        expect(`${status} ${type}`).toMatch(/^200 image\//);
      }
      const { installabilityErrors } = await devTools.send('Page.getInstallabilityErrors');
      // Each test has a private window to itself, which installs nothing.
      expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(['in-incognito']);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a wrong password is told, and the right one still works',
    async () => {
      const page = await (await newContext()).newPage();
      await visit(page, `${nginx.url}/cameras/`);
      await page.getByLabel('Name').fill('anna');
      await page.getByLabel('Password').fill('not the password');
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByRole('alert').filter({ hasText: 'That is not right' }).waitFor();
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.locator(`a[href="#/camera/${camera.device}"]`).waitFor();
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a shared link plays its camera for somebody without a log-in, who may do nothing else',
    async () => {
      const tab = await logInAt('/cameras/', await newContext());
      await tab.page.getByRole('button', { name: 'Share this camera' }).click();
      const link = await tab.page.getByLabel('Link').inputValue();
      expect(link).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/cameras\/share\//);

      const guest = new BrowserPage(await (await newContext()).newPage());
      await visit(guest.page, link);
      await guest.awaitPicture();
      expect(await guest.page.getByRole('button', { name: 'Share this camera' }).count()).toBe(0);
      const stopped = await guest.page.request.post(`${nginx.url}/cameras/api/stop-webrtc`);
      expect(stopped.status()).toBe(403);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'whoever logs out is asked to log in again, in every tab',
    async () => {
      const context = await newContext();
      const tab = await logInAt('/cameras/', context);
      await tab.awaitPicture();
      const grid = await context.newPage();
      await visit(grid, `${nginx.url}/cameras/`);
      await grid.getByRole('button', { name: 'Log out' }).click();
      await grid.getByLabel('Password').waitFor();
      await tab.page.getByLabel('Password').waitFor();
    },
    TEST_TIMEOUT_MS,
  );
});
