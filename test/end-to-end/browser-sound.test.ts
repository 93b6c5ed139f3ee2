import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, visit } from '../support/chromium.ts';
import { startDevice } from '../support/device.ts';
import { startMosquitto, type TestBroker } from '../support/mosquitto.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { startWeb, type TestWeb } from '../support/web.ts';
import { BrowserPage } from './browser-page.ts';

const TEST_TIMEOUT_MS = 90_000;
const PATIENCE_MS = 20_000;
const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let browser: Browser;
let broker: TestBroker;
let web: TestWeb;

beforeAll(async () => {
  [browser, broker] = await Promise.all([launchChromium(), startMosquitto()]);
  shared.own(browser);
  shared.own(broker);
  web = shared.own(await startWeb(broker.url));
}, TEST_TIMEOUT_MS);

/** A tab that plays a camera, and keeps its connections where `soundOf` finds them. */
async function watch(audio: 'test' | 'off'): Promise<Page> {
  const camera = resources.own(await startDevice({ broker: broker.url, args: ['--audio', audio] }));
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(PATIENCE_MS);
  resources.onEnd('the tab', () => page.close());
  await page.addInitScript(keepConnections);
  await visit(page, `${web.url}/#/camera/${camera.device}`);
  await new BrowserPage(page).awaitPicture();
  return page;
}

describe('the page and a camera with sound', () => {
  test(
    'play it beside the picture once the sound is turned on, by button or key',
    async () => {
      const page = await watch('test');
      const button = page.getByRole('button', { name: 'Sound' });
      await button.waitFor();
      expect(await button.getAttribute('aria-pressed')).toBe('false');
      await waitUntil('sound', async () => (await soundOf(page)).packetsReceived > 50, PATIENCE_MS);
      expect(await soundOf(page)).toMatchObject({ totalAudioEnergy: 0 });

      await page.keyboard.press('m');
      await page.getByRole('button', { name: 'Sound', pressed: true }).waitFor();
      await waitUntil('the tone', async () => (await soundOf(page)).totalAudioEnergy > 0.01, PATIENCE_MS);
      const { inbound, picture } = await soundAndPicture(page);
      console.info(`sound in Chromium: ${JSON.stringify(inbound)}; picture: ${JSON.stringify(picture)}`);
      // The tone has an eighth of the full amplitude.
      expect(inbound.audioLevel).toBeGreaterThan(0.1);
      expect(inbound.audioLevel).toBeLessThan(0.16);
      expect(inbound.packetsLost).toBeLessThan(inbound.packetsReceived / 50);
      expect(inbound.jitter).toBeLessThan(0.05);
      expect(picture.framesDecoded).toBeGreaterThan(0);
      // That sound may wait for its turn must not make the picture wait.
      expect(picture.bufferMs).toBeLessThan(20);

      await button.click();
      await page.getByRole('button', { name: 'Sound', pressed: false }).waitFor();
    },
    TEST_TIMEOUT_MS,
  );
});

describe('the page and a camera without sound', () => {
  test(
    'show no button for it, and the key does nothing',
    async () => {
      const page = await watch('off');
      await page.locator('.state', { hasText: 'watching' }).waitFor();
      expect(await page.getByRole('button', { name: 'Sound' }).isVisible()).toBe(false);
      await page.keyboard.press('m');
      expect(await page.evaluate(isMuted)).toBe(true);
      expect(await soundOf(page)).toMatchObject({ packetsReceived: 0 });
    },
    TEST_TIMEOUT_MS,
  );
});

async function soundOf(page: Page) {
  return (await soundAndPicture(page)).inbound;
}

async function soundAndPicture(page: Page) {
  return page.evaluate(readStatistics);
}

/* What follows runs inside the browser; the compiler of the tests knows no DOM, so it is said here in a few words. */

type Statistics = Readonly<Record<string, unknown>>;
interface Connection {
  getStats(): Promise<Map<string, Statistics>>;
}
declare let RTCPeerConnection: new (...options: unknown[]) => Connection;
declare const keptConnections: readonly Connection[];
declare const document: { querySelector(selector: string): { readonly muted: boolean } };

function keepConnections(): void {
  const kept: Connection[] = [];
  const Original = RTCPeerConnection;
  const Kept = class extends Original {
    constructor(...options: unknown[]) {
      super(...options);
      kept.push(this);
    }
  };
  Object.assign(globalThis, { keptConnections: kept, RTCPeerConnection: Kept });
}

async function readStatistics() {
  const entries = [...((await keptConnections.at(-1)?.getStats())?.values() ?? [])];
  const of = (kind: string) =>
    entries.find((entry) => entry['type'] === 'inbound-rtp' && entry['kind'] === kind);
  const numbers = (entry: Statistics | undefined, ...names: string[]) =>
    Object.fromEntries(names.map((name) => [name, Number(entry?.[name] ?? 0)]));
  const video = of('video');
  const [delayS, emitted] = [
    Number(video?.['jitterBufferDelay']),
    Number(video?.['jitterBufferEmittedCount']),
  ];
  return {
    inbound: numbers(
      of('audio'),
      ...['packetsReceived', 'packetsLost', 'jitter', 'totalAudioEnergy', 'audioLevel', 'concealedSamples'],
    ) as Record<'packetsReceived' | 'packetsLost' | 'jitter' | 'totalAudioEnergy' | 'audioLevel', number>,
    picture: { framesDecoded: Number(video?.['framesDecoded'] ?? 0), bufferMs: (1000 * delayS) / emitted },
  };
}

function isMuted(): boolean {
  return document.querySelector('video').muted;
}
