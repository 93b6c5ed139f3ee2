import { beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium, visit } from '../support/chromium.ts';
import { startDevice, type TestDevice } from '../support/device.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { startStaticPage } from '../support/static-page.ts';
import { startWeb, type TestWeb } from '../support/web.ts';
import { watchByWhep, type OfferedMedia } from './browser-page.ts';

const TEST_TIMEOUT_MS = 60_000;
const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let browser: Browser;
let camera: TestDevice;
let web: TestWeb;
let player: string;

beforeAll(async () => {
  camera = shared.own(await startDevice());
  web = shared.own(await startWeb(camera.broker));
  browser = shared.own(await launchChromium());
  player = shared.own(await startStaticPage('<video autoplay muted playsinline></video>')).url;
}, TEST_TIMEOUT_MS);

const OFFERS: readonly (readonly [string, readonly OfferedMedia[]])[] = [
  ['audio before the video', ['audio', 'video']],
  ['a data channel beside the video', ['data', 'video']],
  ['audio before the video and a data channel', ['audio', 'video', 'data']],
  ['the video before audio and a data channel', ['video', 'audio', 'data']],
];

test.each(
  OFFERS.flatMap(([what, media]) =>
    (['max-bundle', 'balanced'] as const).map((bundlePolicy) => [what, bundlePolicy, media] as const),
  ),
)(
  'an offer with %s plays in Chromium (bundle policy %s)',
  async (_, bundlePolicy, media) => {
    const page = await browser.newPage();
    resources.onEnd('the page', () => page.close());
    await visit(page, player);
    const watched = await page.evaluate(watchByWhep, {
      url: `${web.url}/whep/${camera.device}`,
      bundlePolicy,
      media,
    });
    expect(watched).toEqual({ width: 1280, height: 720, deleted: 200 });
  },
  TEST_TIMEOUT_MS,
);
