import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { CameraRequests } from '../../camera-client/camera-requests.ts';
import { channelMessageSchema, eventSchema, type ChannelMessage } from '../../contract/device-messages.ts';
import { deviceTopics } from '../../contract/topics.ts';
import { launchChromium } from '../support/chromium.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice, type TestDevice } from '../support/device.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { startWeb, type TestWeb } from '../support/web.ts';
import { BrowserPage } from './browser-page.ts';
import { DrivingPage } from './driving-page.ts';

const TEST_TIMEOUT_MS = 60_000;
const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let browser: Browser;
let robot: TestDevice;
let web: TestWeb;
let requests: CameraRequests;
const said: ChannelMessage[] = [];

beforeAll(async () => {
  browser = shared.own(await launchChromium());
  robot = shared.own(await startDevice({ env: { PICAM_DATA_CHANNEL_ENABLED: 'true' } }));
  web = shared.own(await startWeb(robot.broker));
  const bus = shared.own(await connectBus(robot.broker));
  requests = new CameraRequests({ bus, prefix: 'picam', peer: 'test' });
  shared.onEnd('the requests', () => requests.close());
  requests.open();
  bus.subscribe(deviceTopics('picam', robot.device).event('message'), ({ payload }) => {
    said.push(channelMessageSchema.parse(eventSchema.parse(JSON.parse(payload.toString())).data));
  });
}, TEST_TIMEOUT_MS);

async function openPage(device: string): Promise<DrivingPage> {
  const page = resources.own(await BrowserPage.open(browser, `${web.url}/#/camera/${device}`));
  await page.awaitPicture();
  return new DrivingPage(page.page);
}

function newest(): unknown {
  const text = said.at(-1)?.text;
  return text === undefined ? undefined : JSON.parse(text);
}

describe('the page of a camera that may be spoken to', () => {
  test(
    'drives by its stick and by the arrow keys, and says when it is let go',
    async () => {
      const page = await openPage(robot.device);
      await page.ready();
      said.length = 0;
      await page.dragRight();
      await waitUntil('the stick to be let go', () => said.length > 1 && isCentre(newest()));
      expect(said.map(({ text }) => text)).toContain('{"x":1,"y":0}');

      said.length = 0;
      // Held, it repeats itself, so that whoever hears nothing more knows that it is gone.
      await page.hold('ArrowUp', () => waitUntil('three messages', () => said.length >= 3));
      await waitUntil('the key to be let go', () => isCentre(newest()));
      expect(new Set(said.map(({ text }) => text))).toEqual(new Set(['{"x":0,"y":1}', '{"x":0,"y":0}']));
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'has its words for scripts: what they say is told on the broker, and the answer is an event',
    async () => {
      const page = await openPage(robot.device);
      await page.ready();
      said.length = 0;
      expect(await page.say('')).toBe(true);
      expect(await page.say({ lights: 'on' })).toBe(true);
      await waitUntil('both', () => said.length === 2);
      expect(said.map(({ text }) => text)).toEqual(['', '{"lights":"on"}']);
      const heard = await page.hearAfter(() =>
        requests.request(robot.device, 'message', { text: 'battery 80 %', viewer: said[0]?.viewer }),
      );
      expect(heard).toBe('battery 80 %');
      expect(await page.say('x'.repeat(1025))).toBe(false);
      expect(await page.framesDecoded()).toBeGreaterThan(0);
    },
    TEST_TIMEOUT_MS,
  );
});

test(
  'the page of any other camera has no stick, and its words go nowhere',
  async () => {
    const camera = resources.own(await startDevice({ broker: robot.broker }));
    const page = await openPage(camera.device);
    expect(await page.say('anybody?')).toBe(false);
    expect(await page.hasStick()).toBe(false);
  },
  TEST_TIMEOUT_MS,
);

function isCentre(position: unknown): boolean {
  return JSON.stringify(position) === '{"x":0,"y":0}';
}
