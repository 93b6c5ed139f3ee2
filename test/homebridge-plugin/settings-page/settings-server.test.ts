import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { freePort } from '../../../demo/ports.ts';
import { EmbeddedBroker } from '../../../device/broker/embedded-broker.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { hapIdOfCamera } from '../../../homebridge-plugin/pairing/accessory-identity.ts';
import { startDevice } from '../../support/device.ts';
import { startEmbeddedBroker } from '../../support/embedded-broker.ts';
import { descendantProcesses, isRunning } from '../../support/processes.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { PageEnd } from './page-end.ts';

const LONG_MS = 90_000;
const resources = resourcesOfEachTest();
let storage: string;
let page: PageEnd;

interface Cameras {
  readonly cameras: readonly { readonly device: string; readonly readiness: string }[];
}

beforeEach(async () => {
  storage = mkdtempSync(join(tmpdir(), 'picam-settings-'));
  resources.onEnd('the folder', () => rmSync(storage, { recursive: true, force: true }));
  page = resources.own(new PageEnd(storage));
  await page.isReady();
});

describe("the settings page's server", () => {
  test(
    'finds the cameras on a broker, and tells when one comes or goes',
    async () => {
      const broker = resources.own(await startEmbeddedBroker());
      const search = { broker: { url: broker.url } };
      expect(await page.ask('/search', search)).toEqual({ kind: 'connected', url: broker.url, cameras: [] });
      const device = await startDevice({
        broker: broker.url,
        device: 'front-door',
        args: ['--name', 'Door'],
      });
      resources.onEnd('the camera', () => device.stop());
      const isReady = ({ cameras }: Cameras) => cameras.some(({ readiness }) => readiness === 'ready');
      expect(await page.event('cameras', isReady)).toEqual({
        cameras: [{ place: 'broker', device: 'front-door', name: 'Door', readiness: 'ready' }],
      });
      await device.stop();
      await page.event<Cameras>('cameras', ({ cameras }) => cameras[0]?.readiness === 'offline');
    },
    LONG_MS,
  );

  test('says why a broker cannot be used', async () => {
    const users = [{ username: 'camera', password: 'a good one' }];
    const broker = resources.own(
      new EmbeddedBroker({ host: '127.0.0.1', port: 0, users, logger: silentLogger }),
    );
    await broker.open();
    const search = (settings: object) => page.ask('/search', { broker: settings });
    const bad = { url: broker.url, username: 'camera', password: 'a bad one' };
    expect(await search(bad)).toMatchObject({ kind: 'unusable', why: 'login-refused' });
    expect(await search({ ...bad, password: 'a good one' })).toMatchObject({ kind: 'connected' });
    const away = `mqtt://127.0.0.1:${await freePort()}`;
    expect(await search({ url: away })).toMatchObject({ kind: 'unusable', why: 'connection-refused' });
    expect(await search({ url: 'nonsense' })).toMatchObject({ code: 'bad_request' });
  });

  test(
    'shows a camera of this machine before anything is saved, and leaves nothing behind',
    async () => {
      const localCamera = { enabled: true, source: 'test', name: 'Shed', port: await freePort() };
      const config = { localCamera };
      const shown = await page.ask('/local-camera', { config });
      expect(shown).toMatchObject({ isSaved: false });
      const { device } = shown as { readonly device: string };
      await page.event<Cameras>('cameras', ({ cameras }) => cameras[0]?.device === device);
      expect(await page.ask('/codes', { config, devices: [device] })).toEqual({
        codes: [{ device, how: 'itself', isPaired: false }],
      });
      const started = descendantProcesses(page.pid).map(({ pid }) => pid);
      expect(started.length).toBeGreaterThan(0);
      await page.stop();
      await waitUntil('the camera has ended', () => !started.some(isRunning));
      expect(readdirSync(join(storage, 'picam-camera'))).toEqual(['device-id']);
    },
    LONG_MS,
  );

  test(
    'shows the camera that Homebridge runs already instead of taking it away',
    async () => {
      const port = await freePort();
      const running = await startDevice({ device: 'shed', args: ['--mqtt-port', String(port)] });
      resources.onEnd('the camera', () => running.stop());
      const config = { localCamera: { enabled: true, source: 'test', device: 'shed', port } };
      expect(await page.ask('/local-camera', { config })).toEqual({ device: 'shed', isSaved: true });
      expect(descendantProcesses(page.pid)).toEqual([]);
      const { findings } = (await page.ask('/doctor', { config })) as {
        readonly findings: readonly { readonly about: string }[];
      };
      expect(findings.map(({ about }) => about)).not.toContain('broker');
    },
    LONG_MS,
  );

  test(
    'says what is missing on this machine',
    async () => {
      const port = await freePort();
      const config = { localCamera: { enabled: true, source: 'v4l2:/dev/not-there', port } };
      expect(await page.ask('/doctor', { config })).toEqual({
        findings: expect.arrayContaining([
          expect.objectContaining({
            about: 'camera',
            state: 'bad',
            found: expect.stringContaining('/dev/not-there'),
          }),
        ]) as unknown,
      });
      expect(readdirSync(join(storage, 'picam-camera'))).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'examines the machine again while it still does, as when somebody types on',
    async () => {
      const port = await freePort();
      const examine = async (path: string) => {
        const config = { localCamera: { enabled: true, source: `v4l2:${path}`, port } };
        return JSON.stringify(await page.ask('/doctor', { config }));
      };
      const [first, second] = await Promise.all([examine('/dev/not-there'), examine('/dev/nor-there')]);
      expect(first).toContain('/dev/not-there');
      expect(second).toContain('/dev/nor-there');
      // A port that seemed to be taken would have been looked at, and a name made for the camera.
      expect(readdirSync(join(storage, 'picam-camera'))).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'examines the machine for a network camera too, which only watching tries',
    async () => {
      const config = { localCamera: { enabled: true, source: 'rtsp://127.0.0.1:9/stream1' } };
      const { findings } = (await page.ask('/doctor', { config })) as {
        readonly findings: readonly { readonly about: string }[];
      };
      const spokenOf = findings.map(({ about }) => about);
      expect(spokenOf).toContain('ffmpeg');
      expect(spokenOf).not.toContain('camera');
    },
    LONG_MS,
  );

  test('gives the setup code of a camera, and that of the bridge for one that is on it', async () => {
    const bridge = { username: '0E:5A:1B:7C:33:D2', pin: '031-45-154' };
    writeFileSync(join(storage, 'config.json'), JSON.stringify({ bridge }));
    const keep = (id: string, info: object) =>
      writeFileSync(
        join(storage, 'persist', `AccessoryInfo.${id.replaceAll(':', '')}.json`),
        JSON.stringify(info),
      );
    mkdirSync(join(storage, 'persist'));
    const info = { displayName: 'Door', category: 17, pincode: '482-91-637', setupID: '7OSX' };
    keep(hapIdOfCamera('picam', 'door'), { ...info, pairedClients: { a: 'b' } });
    const config = { cameras: [{ device: 'shed', bridged: true }] };
    const answer = await page.ask('/codes', { config, devices: ['door', 'shed', 'new'] });
    const rows = expect.arrayContaining([expect.stringMatching(/^[01]{21}$/u)]) as unknown;
    expect(answer).toEqual({
      codes: [
        { device: 'door', how: 'itself', pin: '482-91-637', qr: rows, isPaired: true },
        { device: 'shed', how: 'bridge', pin: '031-45-154', isPaired: false },
        { device: 'new', how: 'itself', pin: '031-45-154', isPaired: false },
      ],
    });
  });

  test('reads the settings as the plugin does', async () => {
    expect(await page.ask('/check', { config: { prefix: 'picam' } })).toEqual({ problems: [] });
    expect(await page.ask('/check', { config: { prefix: 'a b' } })).toEqual({
      problems: [expect.stringContaining('prefix')],
    });
    expect(await page.ask('/nobody-knows')).toMatchObject({ code: 'not_found' });
    expect(await page.ask('/offer', { place: 'broker', device: 'a', sdp: 'v=0' })).toMatchObject({
      code: 'offline',
    });
  });
});
