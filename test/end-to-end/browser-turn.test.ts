import { expect, test } from '@jest/globals';
import { launchChromiumWithin } from '../support/chromium.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { startWeb } from '../support/web.ts';
import { BrowserPage } from './browser-page.ts';
import {
  openRelayedCamera,
  type RelayedCameraOptions,
  startCredentialService,
  TURN_SECRET,
} from './relayed-camera.ts';

const TEST_TIMEOUT_MS = 120_000;

const resources = resourcesOfEachTest();

/** The browser, and the web server whose page it opens, are in a network that the camera does not reach. */
async function openPageElsewhere(options: RelayedCameraOptions) {
  const { away, broker, camera, coturn, config } = await openRelayedCamera(resources, options);
  const web = resources.own(await startWeb(broker, { namespace: away.name, args: ['--config', config] }));
  const browser = resources.own(await launchChromiumWithin(away.name));
  const tab = resources.own(await BrowserPage.open(browser, web.url));
  const tookMs = await tab.clickCamera(camera.device);
  console.info(
    `the first relayed picture, by ${options.transport}: ${Math.round(tookMs)} ms after the click`,
  );
  return { camera, coturn, tab, web };
}

async function saysThatItIsRelayed(tab: BrowserPage): Promise<void> {
  await tab.page.keyboard.press('i');
  await tab.page.locator('.statistics', { hasText: 'relayed by TURN' }).waitFor();
}

test.each([
  ['udp', false],
  ['udp', true],
  ['tcp', true],
] as const)(
  'a browser in a network that the camera does not reach plays through coturn, by %s (relay only: %p)',
  async (transport, relayOnly) => {
    const { camera, coturn, tab, web } = await openPageElsewhere({
      transport,
      ice: (url) => ({
        turn: { provider: 'shared-secret', urls: [url], secret: TURN_SECRET, ttlS: 600 },
        relayOnly,
      }),
    });
    expect(await tab.awaitPicture()).toEqual({ width: 1280, height: 720 });
    expect(await tab.framesDecodedIn(1_000)).toBeGreaterThan(10);
    await saysThatItIsRelayed(tab);
    // The camera's and the browser's, each to the other's relayed address.
    expect(coturn.sessions().betweenRelays).toBeGreaterThanOrEqual(2);
    for (const { log } of [camera, web]) expect(log).not.toContain(TURN_SECRET);
  },
  TEST_TIMEOUT_MS,
);

test(
  'a page whose credentials have run out plays on, and gets others when it plays again',
  async () => {
    const ttlS = 5;
    const { coturn, tab } = await openPageElsewhere({
      transport: 'udp',
      ice: async (turnUrl, address) => {
        const url = await startCredentialService(resources, address, turnUrl, ttlS);
        return { turn: { provider: 'url', url }, relayOnly: true };
      },
      lifetimeS: 2 * ttlS,
    });
    expect(await tab.framesDecodedIn(3_000 * ttlS)).toBeGreaterThan(ttlS);
    const before = coturn.sessions();
    await tab.page.keyboard.press(' ');
    await tab.awaitNotice('Paused');
    await tab.page.keyboard.press(' ');
    await tab.awaitPicture();
    expect(await tab.framesDecodedIn(1_000)).toBeGreaterThan(10);
    expect(coturn.sessions().betweenRelays).toBeGreaterThan(before.betweenRelays);
  },
  TEST_TIMEOUT_MS,
);
