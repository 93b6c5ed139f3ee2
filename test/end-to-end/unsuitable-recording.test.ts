import { beforeAll, expect, test } from '@jest/globals';
import { fixedIceServers } from '../../foundation/ice/ice-server-source.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { createWebServer, type WebServer } from '../../web/server/web-server.ts';
import { launchChromium, visit } from '../support/chromium.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice, type TestDevice } from '../support/device.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { BrowserPage, offerOfThisBrowser } from './browser-page.ts';

const TEST_TIMEOUT_MS = 60_000;
const RECORDING = 'test/data/rpicam/default-high-b-frames.h264';
const REFUSAL = /default-high-b-frames\.h264.*B-frames.*rpicam-vid --profile baseline/;
const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let web: WebServer;
let camera: TestDevice;

beforeAll(async () => {
  camera = shared.own(await startDevice({ source: `file:${RECORDING}` }));
  const bus = shared.own(await connectBus(camera.broker));
  const options = {
    bus,
    prefix: 'picam',
    host: '127.0.0.1',
    port: 0,
    iceServers: fixedIceServers([]),
    logger: silentLogger,
  };
  web = shared.own(createWebServer(options));
  await web.open();
}, TEST_TIMEOUT_MS);

async function errorOf(device: string): Promise<{ code: string; message: string } | null | undefined> {
  const response = await fetch(`${web.url}/api/cameras`);
  const cameras = (await response.json()) as { device: string; error: { code: string; message: string } }[];
  return cameras.find((known) => known.device === device)?.error;
}

test(
  'a recording with B-frames is refused in words, on the page, in the state and by WHEP, and never sent',
  async () => {
    const tab = resources.own(await BrowserPage.open(resources.own(await launchChromium()), web.url));
    const offer = await tab.page.evaluate(offerOfThisBrowser);
    await tab.recordNotices();
    await visit(tab.page, `${web.url}/#/camera/${camera.device}`);
    await tab.awaitNotice('has no picture');
    expect(await tab.page.locator('.notice p').first().textContent()).toMatch(REFUSAL);

    const error = await waitUntil('the state tells of it', () => errorOf(camera.device));
    expect(error).toEqual({ code: 'not_live', message: expect.stringMatching(REFUSAL) });

    const headers = { 'content-type': 'application/sdp' };
    const refused = await fetch(`${web.url}/whep/${camera.device}`, { method: 'POST', body: offer, headers });
    expect(refused.status).toBe(409);
    expect(await refused.json()).toEqual({ error });

    expect(await tab.recordedNotices()).toEqual([`${camera.device} has no picture`]);
    expect(camera.log).not.toMatch(/closed: .* and [1-9]\d* packets/);
  },
  TEST_TIMEOUT_MS,
);
