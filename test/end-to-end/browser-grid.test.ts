import { beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium, visit } from '../support/chromium.ts';
import { startDevice, type TestDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { startWeb, type TestWeb } from '../support/web.ts';

const TEST_TIMEOUT_MS = 90_000;
const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let browser: Browser;
let cameras: readonly TestDevice[];
let web: TestWeb;

beforeAll(async () => {
  const [launched, broker] = await Promise.all([launchChromium(), startMosquitto()]);
  browser = shared.own(launched);
  shared.own(broker);
  web = shared.own(await startWeb(broker.url));
  const args = ['--audio', 'test'];
  cameras = [
    await startDevice({ broker: broker.url, args }),
    await startDevice({ broker: broker.url, args }),
  ];
  for (const camera of cameras) shared.own(camera);
}, TEST_TIMEOUT_MS);

async function viewers(): Promise<number> {
  const listed = (await (await fetch(`${web.url}/api/cameras`)).json()) as { viewers: number }[];
  return listed.reduce((sum, camera) => sum + camera.viewers, 0);
}

test(
  'all tiles of the grid are live when that is wanted, without sound, and it is remembered',
  async () => {
    const page = resources.own(await browser.newPage({ viewport: { width: 1280, height: 800 } }));
    const offers: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') offers.push(request.postData() ?? '');
    });
    await visit(page, web.url);
    const moving = page.locator('.tile video:visible');
    await page.locator('.tile img:visible').nth(1).waitFor();
    expect(await moving.count()).toBe(0);
    expect(await viewers()).toBe(0);

    await page.getByRole('button', { name: 'Live tiles' }).click();
    await moving.nth(1).waitFor();
    await waitUntil('each camera has a viewer', async () => (await viewers()) === 2, 10_000);
    expect(offers).toHaveLength(2);
    expect(offers.filter((offer) => offer.includes('m=audio'))).toEqual([]);

    await page.reload();
    await moving.nth(1).waitFor();
    await page.locator(`a[href="#/camera/${cameras[0]?.device ?? ''}"]`).click();
    await page.locator('main[data-phase="playing"]').waitFor();
    await waitUntil('the tiles let go', async () => (await viewers()) === 1, 20_000);
    await page.keyboard.press('Escape');
    await moving.nth(1).waitFor();

    await page.keyboard.press('l');
    await moving.first().waitFor({ state: 'hidden' });
    await waitUntil('nobody watches', async () => (await viewers()) === 0, 20_000);
  },
  TEST_TIMEOUT_MS,
);
