import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { freePort } from '../../demo/ports.ts';
import { EmbeddedBroker } from '../../device/broker/embedded-broker.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { launchChromium } from '../support/chromium.ts';
import { startDevice } from '../support/device.ts';
import { PACKED_INSTALL_TIMEOUT_MS } from '../support/packed-install.ts';
import { descendantProcesses, isRunning } from '../support/processes.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { HapCamera } from './hap-camera.ts';
import { startHomebridgeUi, type TestHomebridgeUi } from './homebridge-ui-process.ts';
import { SettingsPage } from './settings-page.ts';
import { SrtpRecorder } from './srtp-recorder.ts';

const LONG_MS = 180_000;
/** From an empty Homebridge to a picture in the Home app. */
const LONGEST_WAY_MS = 120_000;
const NO_CAMERA = '/dev/no-such-camera';
const HD = { width: 1280, height: 720 };
const { version: VERSION } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { readonly version: string };
const USER = { username: 'camera', password: 'a good one' };

const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let browser: Browser;
let homebridge: TestHomebridgeUi;

beforeAll(async () => {
  homebridge = shared.own(await startHomebridgeUi());
  browser = shared.own(await launchChromium());
}, PACKED_INSTALL_TIMEOUT_MS);

async function openSettings(screen: 'desktop' | 'phone', ui = homebridge): Promise<SettingsPage> {
  const settings = await SettingsPage.open(browser, ui.url, screen);
  resources.onEnd('the tab', () => settings.page.close());
  return settings;
}

describe('before the plugin is set up', () => {
  test('it is loaded, does nothing and touches nothing', () => {
    expect(homebridge.log).toContain('Loaded plugin: @picam/homebridge-picam');
    expect(homebridge.log).not.toContain('[Picam]');
    expect(homebridge.savedBlocks).toEqual([]);
    expect(homebridge.filesAtHome.filter((path) => path.includes('picam'))).toEqual([]);
  });

  test('the Homebridge UI lists it as installed, and opens its settings', async () => {
    const settings = await openSettings('desktop');
    await settings.frame.locator('.broker-state > :not(.notice-busy)').waitFor();
    await settings.keepPictures('settings-new', settings.frame.getByRole('switch'));
    const card = await settings.openPluginList();
    await card.getByText(`v${VERSION}`).waitFor();
    await settings.keepPictures('installed', card);
  });
});

describe('the settings page tells', () => {
  test(
    'what is wrong with a broker, while its address is typed',
    async () => {
      const broker = resources.own(
        new EmbeddedBroker({ host: '127.0.0.1', port: 0, users: [USER], logger: silentLogger }),
      );
      await broker.open();
      const settings = await openSettings('desktop');
      await settings.typeBroker(`127.0.0.1:${await freePort()}`);
      await settings.brokerSays('Nothing listens at this address');
      await settings.keepBroker('broker-wrong');
      await settings.typeBroker(broker.url, USER.username, 'a bad one');
      await settings.brokerSays('The broker refuses this user name and password');
      await settings.keepBroker('password-wrong');
      await settings.typeBroker(broker.url.replace('mqtt:', 'mqtts:'), USER.username, USER.password);
      await settings.brokerSays('There is no encryption on this port');
      await settings.typeBroker('mqtt://no-such-host.invalid');
      await settings.brokerSays('Nobody in the network knows this name');
      await settings.typeBroker(broker.url, USER.username, USER.password);
      await settings.brokerSays('No camera found yet');
      await settings.keepBroker('broker-without-camera');

      const device = await startDevice({
        broker: broker.url,
        device: 'front-door',
        args: ['--name', 'Front door'],
        env: { PICAM_BROKER_USERNAME: USER.username, PICAM_BROKER_PASSWORD: USER.password },
      });
      resources.onEnd('the camera', () => device.stop());
      await settings.brokerSays('1 camera found');
      const frontDoor = settings.camera('Front door');
      expect(await settings.awaitPicture(frontDoor)).toEqual(HD);
      await settings.keepPictures('live', frontDoor);
    },
    LONG_MS,
  );

  test(
    'the same on a phone, in German, and what this machine lacks',
    async () => {
      const german = resources.own(await startHomebridgeUi({ language: 'de', lightingMode: 'dark' }));
      const settings = await openSettings('phone', german);
      const { frame } = settings;
      await frame.getByText('An diesem Gerät ist eine Kamera angeschlossen').waitFor();
      await frame.getByLabel('Adresse des Brokers').fill(`127.0.0.1:${await freePort()}`);
      await frame.getByText('Unter dieser Adresse antwortet nichts').waitFor();
      await settings.keepBroker('broker-wrong-german');
      await frame.getByRole('switch').check();
      await frame.getByLabel('Kamera', { exact: true }).selectOption({ label: 'USB-Kamera' });
      await frame.getByLabel('Welche').fill(NO_CAMERA);
      await frame.getByText(`${NO_CAMERA} gibt es nicht`).waitFor();
      await frame.getByText('Die Kamera anschließen').waitFor();
      await frame.locator('.badge', { hasText: 'kein Bild' }).waitFor();
      await frame.getByText('Die Kamera liefert kein Bild').waitFor();
      await frame.locator('.picture-details', { hasText: NO_CAMERA }).waitFor();
      await settings.keepPictures('machine-without-camera-german', frame.locator('.doctor'));
      await settings.keepPictures('machine-without-camera-german-top', frame.getByRole('switch'));
      const { scrollWidth, clientWidth } = await frame.locator('body').evaluate(widthsOf);
      expect(scrollWidth).toBe(clientWidth);
    },
    LONG_MS,
  );
});

describe('from an empty Homebridge to a camera in the Home app', () => {
  test(
    'takes the settings page alone',
    async () => {
      const begunAtMs = performance.now();
      const settings = await openSettings('desktop');
      await settings.useCameraOfThisMachine();
      const examined = settings.frame.locator('.doctor .notice:not(.notice-busy)');
      await examined.waitFor();
      await settings.keepPictures('machine-examined', examined);
      await settings.nameCamera('Bird house');
      await settings.chooseSource('Test picture');
      const shown = settings.camera('Bird house');
      expect(await settings.awaitPicture(shown)).toEqual(HD);
      await settings.saveAndRestart();

      const accessory = await homebridge.accessory('Bird house');
      await settings.openAgain();
      const pin = await shown.locator('.pin').textContent();
      expect(await settings.awaitPicture(shown)).toEqual(HD);
      await shown.locator('svg.qr').waitFor();
      await settings.keepPictures('settings', shown);

      const camera = await HapCamera.pair({ ...accessory, pin: pin ?? '' });
      resources.onEnd('the controller', () => camera.close());
      const recorder = new SrtpRecorder();
      resources.onEnd('the recorder', () => recorder.close());
      const stream = await camera.setUp(await recorder.open());
      recorder.useKeys(stream.keys);
      recorder.answer(stream.controllerKeys, stream.port);
      await camera.start(stream);
      await waitUntil(
        'thirty pictures',
        () => recorder.packets.filter(({ marker }) => marker).length > 30,
        20_000,
      );
      const tookMs = performance.now() - begunAtMs;
      console.log(`from nothing to a playing camera: ${Math.round(tookMs / 1000)} s`);
      expect(tookMs).toBeLessThan(LONGEST_WAY_MS);

      await shown.locator('.paired').waitFor();
      expect(homebridge.savedBlocks).toEqual([
        expect.objectContaining({
          platform: 'Picam',
          localCamera: expect.objectContaining({
            enabled: true,
            name: 'Bird house',
            source: 'test',
          }) as unknown,
        }),
      ]);
      expect(homebridge.filesAtHome.filter((path) => path.includes('picam'))).toEqual([]);
    },
    LONG_MS,
  );

  test('ends with Homebridge', async () => {
    const all = descendantProcesses(homebridge.pid).map(({ pid }) => pid);
    expect(all.length).toBeGreaterThan(2);
    await homebridge.stop();
    await waitUntil('nothing is left', () => !all.some(isRunning), 10_000);
  });
});

interface Body {
  readonly scrollWidth: number;
  readonly clientWidth: number;
}

/** In the browser. */
function widthsOf(body: unknown): Body {
  const { scrollWidth, clientWidth } = body as Body;
  return { scrollWidth, clientWidth };
}
