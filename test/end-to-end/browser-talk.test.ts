import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { deviceTopics } from '../../contract/topics.ts';
import { launchChromium, visit } from '../support/chromium.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice, type TestDevice } from '../support/device.ts';
import { startMosquitto, type TestBroker } from '../support/mosquitto.ts';
import { descendantProcesses } from '../support/processes.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { isWholeWav, readWav } from '../support/wav.ts';
import { startWeb } from '../support/web.ts';
import { BrowserPage } from './browser-page.ts';

const LONG_MS = 60_000;
const TOKEN = 'a-token-that-is-long-enough';
/** Chromium's microphone for tests beeps once a second. */
const FAKE_MICROPHONE = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
const BEEP = 0.05;

const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let browser: Browser;
let broker: TestBroker;
let webUrl: string;

beforeAll(async () => {
  browser = shared.own(await launchChromium(FAKE_MICROPHONE));
  broker = shared.own(await startMosquitto());
  webUrl = shared.own(await startWeb(broker.url)).url;
}, LONG_MS);

/** @returns the file that its loudspeaker is. */
async function startCamera(args: readonly string[] = []): Promise<TestDevice & { readonly said: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'picam-talk-'));
  resources.onEnd(folder, () => rmSync(folder, { recursive: true, force: true }));
  const said = join(folder, 'said.wav');
  const env = { PICAM_AUDIO_SPEAKER: `file:${said}` };
  const camera = resources.own(await startDevice({ broker: broker.url, env, args }));
  return Object.assign(camera, { said });
}

async function watch(url: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  resources.onEnd('the tab', () => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(LONG_MS / 2);
  await visit(page, url);
  await new BrowserPage(page).awaitPicture();
  return page;
}

function loudest(path: string): number {
  return readWav(readFileSync(path)).samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

describe('the page of a camera with a loudspeaker', () => {
  test.each([
    ['and a microphone', ['--audio', 'test']],
    ['alone', []],
  ])(
    'lets who watches talk, until they press the button again: a loudspeaker %s',
    async (_what, args) => {
      const camera = await startCamera(args);
      const page = await watch(`${webUrl}/#/camera/${camera.device}`);
      const button = page.getByRole('button', { name: 'Talk' });
      await button.waitFor();
      expect(await button.getAttribute('aria-pressed')).toBe('false');
      expect(existsSync(camera.said)).toBe(false);

      await button.click();
      await page.getByRole('button', { name: 'Talk', pressed: true }).waitFor();
      await waitUntil(
        'sound',
        () => existsSync(camera.said) && readFileSync(camera.said).length > 200_000,
        LONG_MS,
      );
      await page.keyboard.press('t');
      await page.getByRole('button', { name: 'Talk', pressed: false }).waitFor();
      await waitUntil('the end of it', () => isWholeWav(readFileSync(camera.said)), LONG_MS);
      expect(loudest(camera.said)).toBeGreaterThan(BEEP);
      expect(await page.locator('main[data-phase="playing"]').count()).toBe(1);
      expect(camera.log.match(/a viewer talks/gu)).toHaveLength(1);
    },
    3 * LONG_MS,
  );

  test(
    'leaves no microphone on, however often the button is pressed before the browser has opened it',
    async () => {
      const camera = await startCamera();
      const page = await watch(`${webUrl}/#/camera/${camera.device}`);
      await page.getByRole('button', { name: 'Talk' }).waitFor();
      await page.evaluate(openMicrophonesOnDemand);
      for (let presses = 0; presses < 4; presses += 1) await page.keyboard.press('t');
      expect(await page.evaluate('letThemOpen()')).toBe(2);
      await noMicrophoneIsOn(page);
      await page.getByRole('button', { name: 'Talk', pressed: false }).waitFor();
      for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press('t');
      await page.evaluate('letThemOpen()');
      await page.getByRole('button', { name: 'Talk', pressed: true }).waitFor();
      expect(
        await page.evaluate("microphones.filter(({ readyState }) => readyState === 'live').length"),
      ).toBe(1);
      await page.keyboard.press('t');
      await noMicrophoneIsOn(page);
    },
    2 * LONG_MS,
  );

  test(
    'is silent as soon as the camera is private, and lets go of the microphone',
    async () => {
      const camera = await startCamera();
      const page = await watch(`${webUrl}/#/camera/${camera.device}`);
      await page.evaluate(openMicrophonesOnDemand);
      await page.getByRole('button', { name: 'Talk' }).click();
      await page.evaluate('letThemOpen()');
      await waitUntil('the loudspeaker', () => programs(camera).includes('ffmpeg'), LONG_MS);
      const bus = resources.own(await connectBus(broker.url));
      await bus.publish(deviceTopics('picam', camera.device).set('enabled'), 'OFF');
      await waitUntil('silence', () => programs(camera).length === 0, LONG_MS / 2);
      await noMicrophoneIsOn(page);
    },
    2 * LONG_MS,
  );

  test(
    'lets nobody talk who was only sent a link',
    async () => {
      const camera = await startCamera();
      const web = resources.own(await startWeb(broker.url, { env: { PICAM_WEB_TOKEN: TOKEN } }));
      const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ device: camera.device });
      const shared = await fetch(`${web.url}/api/share-links`, { method: 'POST', headers, body });
      const { path } = (await shared.json()) as { readonly path: string };
      const page = await watch(`${web.url}/${path}`);
      expect(await page.getByRole('button', { name: 'Talk' }).isVisible()).toBe(false);
    },
    2 * LONG_MS,
  );
});

test(
  'the page of a camera without a loudspeaker has no button for it',
  async () => {
    const camera = resources.own(await startDevice({ broker: broker.url, args: ['--audio', 'test'] }));
    const page = await watch(`${webUrl}/#/camera/${camera.device}`);
    await page.getByRole('button', { name: 'Sound' }).waitFor();
    expect(await page.getByRole('button', { name: 'Talk' }).isVisible()).toBe(false);
  },
  2 * LONG_MS,
);

function noMicrophoneIsOn(page: Page): Promise<unknown> {
  return waitUntil(
    'no microphone',
    () => page.evaluate<boolean>("microphones.every(({ readyState }) => readyState === 'ended')"),
    LONG_MS / 2,
  );
}

function programs({ pid }: TestDevice): string[] {
  return descendantProcesses(pid).map(({ name }) => name);
}

/** Inside the browser: microphones open when `letThemOpen` is called, which tells how many, and stay in `microphones`. */
const openMicrophonesOnDemand = `
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const asked = [];
  globalThis.microphones = [];
  navigator.mediaDevices.getUserMedia = async (wish) => {
    await new Promise((resolve) => asked.push(resolve));
    const stream = await open(wish);
    microphones.push(...stream.getAudioTracks());
    return stream;
  };
  globalThis.letThemOpen = async () => {
    const count = microphones.length + asked.length;
    for (const answer of asked.splice(0)) answer();
    while (microphones.length < count) await new Promise((resolve) => setTimeout(resolve, 20));
    return count;
  };
`;
