import { beforeAll, describe, expect, test } from '@jest/globals';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice, type TestDevice } from '../support/device.ts';
import { changingFilm } from '../support/film.ts';
import { FollowedViewers } from '../support/followed-viewers.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { PACKED_INSTALL_TIMEOUT_MS } from '../support/packed-install.ts';
import { resourcesOfAllTests } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { CLOSED_NORMALLY } from './data-stream/downloaded-recording.ts';
import { HapCamera, type Pairing } from './hap-camera.ts';
import { HapRecorder } from './hap-recorder.ts';
import { startHomebridge, type TestHomebridge } from './homebridge-process.ts';
import {
  download,
  expectCleanRecording,
  hasFragments,
  LONGEST_FRAGMENT_S,
  PRE_ROLL_S,
  preRollIsFull,
  spanS,
} from './recording-checks.ts';
import { SrtpRecorder } from './srtp-recorder.ts';

const DEVICE = 'front-door';
const CHANGING_DEVICE = 'changing';
const LONG_MS = 60_000;
/** What a busy machine may add to the way of a picture. */
const SLACK_S = 0.5;

const resources = resourcesOfAllTests();
let viewers: FollowedViewers;
let viewersOfChanging: FollowedViewers;
let brokerUrl: string;
let homebridge: TestHomebridge;
let device: TestDevice;
let camera: HapCamera;
let hub: HapRecorder;
let pairingOfBridge: Pairing;

beforeAll(async () => {
  const broker = resources.own(await startMosquitto());
  brokerUrl = broker.url;
  const bus = resources.own(await connectBus(brokerUrl));
  viewers = new FollowedViewers(bus, DEVICE);
  viewersOfChanging = new FollowedViewers(bus, CHANGING_DEVICE);
  device = await startDevice({ broker: brokerUrl, device: DEVICE, args: ['--name', 'Front door'] });
  resources.onEnd('the camera', () => device.stop());
  homebridge = resources.own(
    await startHomebridge({
      broker: { url: brokerUrl },
      secureVideo: true,
      cameras: [{ device: CHANGING_DEVICE, bridged: true }],
    }),
  );
  const accessory = await homebridge.accessory('Front door');
  camera = await HapCamera.pair(accessory);
  resources.onEnd('the controller', () => camera.close());
  hub = new HapRecorder(accessory, camera.pairing);
  resources.onEnd('the hub', () => hub.close());
}, PACKED_INSTALL_TIMEOUT_MS);

async function homebridgeSays(id: string, words: string): Promise<void> {
  await waitUntil(`"${words}"`, () => homebridge.log.includes(`[${id}] ${words}`), LONG_MS / 2);
}

describe('recordings of a camera in Apple Home', () => {
  test(
    'are prepared from the moment on in which a home hub wants them',
    async () => {
      expect(viewers.now).toBe(0);
      const refused = await hub.download();
      expect(refused.status).not.toBe(0);
      await refused.stream.close();
      await hub.configure({ withSound: false });
      expect(await hub.isConfigured()).toBe(true);
      await viewers.become(1);
      await preRollIsFull(hub);
    },
    LONG_MS,
  );

  test.each([
    { withSound: false, audio: undefined },
    { withSound: true, audio: 'aac LC 32000 1' },
  ])(
    'begin before the event and last as long as the hub wants them to, in true time (sound: $withSound)',
    async ({ withSound, audio }) => {
      await hub.setSound(withSound);
      const askedAtMs = performance.now();
      const running = await download(hub);
      await hasFragments(running, 5);
      const { recording, stream } = running;
      hub.endDownload(running, CLOSED_NORMALLY);
      const lastAtMs = recording.parts.at(-1)?.atMs ?? 0;
      await homebridgeSays(DEVICE, `the home hub ended recording ${recording.streamId}`);
      await stream.close();
      const probed = await expectCleanRecording(recording);
      expect(probed).toMatchObject({ audio, video: 'h264 1280x720', loudestSample: 0 });
      const elapsedS = (lastAtMs - askedAtMs) / 1_000;
      const videoS = spanS(probed, 'video');
      console.log(
        `first part ${Math.round((recording.parts[0]?.atMs ?? 0) - askedAtMs)} ms after the request; ${videoS.toFixed(2)} s recorded in ${elapsedS.toFixed(2)} s`,
      );
      expect(videoS).toBeGreaterThanOrEqual(elapsedS + PRE_ROLL_S - SLACK_S);
      expect(videoS).toBeLessThan(elapsedS + PRE_ROLL_S + LONGEST_FRAGMENT_S + SLACK_S);
      if (withSound) expect(Math.abs(spanS(probed, 'audio') - videoS)).toBeLessThan(SLACK_S / 5);
    },
    LONG_MS,
  );

  test(
    'share the camera’s view with whoever watches live',
    async () => {
      const live = new SrtpRecorder();
      resources.onEnd('who watches live', () => live.close());
      const stream = await camera.setUp(await live.open());
      live.useKeys(stream.keys);
      viewers.forget();
      await camera.start(stream);
      const running = await download(hub);
      await hasFragments(running, 2);
      await waitUntil(
        'three seconds',
        () => live.packets.filter(({ marker }) => marker).length > 90,
        LONG_MS,
      );
      expect({ now: viewers.now, most: viewers.most }).toEqual({ now: 1, most: 1 });
      await camera.end(stream);
      hub.endDownload(running, CLOSED_NORMALLY);
      await running.stream.close();
    },
    LONG_MS,
  );

  test(
    'leave nothing behind when the hub is suddenly gone, so that it can record again',
    async () => {
      const running = await download(hub);
      await hasFragments(running, 2);
      const busy = await hub.download();
      expect(busy.status).not.toBe(0);
      await busy.stream.close();
      await running.stream.drop();
      await homebridgeSays(
        DEVICE,
        `the home hub is gone, and recording ${running.recording.streamId} with it`,
      );
      const again = await download(hub);
      await hasFragments(again, 2);
      hub.endDownload(again, CLOSED_NORMALLY);
      await again.stream.close();
    },
    LONG_MS,
  );

  test(
    'are neither made nor prepared while the camera is turned off in the Home app',
    async () => {
      const running = await download(hub);
      await hasFragments(running, 1);
      await hub.setCameraActive(false);
      await waitUntil('the end', () => running.recording.closeReason !== undefined, LONG_MS / 2);
      await running.stream.close();
      await viewers.become(0);
      const refused = await hub.download();
      expect(refused.status).not.toBe(0);
      await refused.stream.close();
      await hub.setCameraActive(true);
      await viewers.become(1);
    },
    LONG_MS,
  );

  test(
    'end in good order when a camera on the bridge changes its picture, and can begin again at once',
    async () => {
      const film = await changingFilm();
      resources.own(film);
      const changing = await startDevice({
        broker: brokerUrl,
        device: CHANGING_DEVICE,
        source: `file:${film.path}`,
      });
      resources.onEnd('the changing camera', () => changing.stop());
      const controller = await HapCamera.pair(homebridge.bridge);
      resources.onEnd('the controller of the changing camera', () => controller.close());
      const its = new HapRecorder(homebridge.bridge, controller.pairing);
      resources.onEnd('the hub of the changing camera', () => its.close());
      await its.configure({ withSound: false });
      await preRollIsFull(its);
      const running = await download(its);
      await waitUntil('the end', () => running.recording.isComplete, LONG_MS / 2);
      its.acknowledge(running);
      await homebridgeSays(
        CHANGING_DEVICE,
        `the home hub has all of recording ${running.recording.streamId}`,
      );
      await running.stream.close();
      const first = await expectCleanRecording(running.recording);
      const next = await download(its);
      await waitUntil('the next end', () => next.recording.isComplete, LONG_MS / 2);
      its.acknowledge(next);
      await next.stream.close();
      const second = await expectCleanRecording(next.recording);
      expect([first.video, second.video].sort()).toEqual(['h264 320x240', 'h264 640x360']);
      pairingOfBridge = controller.pairing;
    },
    2 * LONG_MS,
  );

  test(
    'go on after a restart of Homebridge without anybody choosing anything',
    async () => {
      await hub.close();
      await homebridge.restart();
      const accessory = await homebridge.accessory('Front door');
      hub = new HapRecorder(accessory, camera.pairing);
      const hubOfBridge = new HapRecorder(homebridge.bridge, pairingOfBridge);
      resources.onEnd('the hub of the bridge', () => hubOfBridge.close());
      for (const one of [hub, hubOfBridge]) {
        expect(await one.isConfigured()).toBe(true);
        await preRollIsFull(one);
      }
      expect([viewers.now, viewersOfChanging.now]).toEqual([1, 1]);
      const running = await download(hub);
      await hasFragments(running, 2);
      hub.endDownload(running, CLOSED_NORMALLY);
      await running.stream.close();
      expect((await expectCleanRecording(running.recording)).audio).toBe('aac LC 32000 1');
    },
    2 * LONG_MS,
  );

  test(
    'end in good order when the camera goes, with a last fragment that the hub can acknowledge',
    async () => {
      const running = await download(hub);
      await hasFragments(running, 2);
      await device.stop();
      await waitUntil('the end', () => running.recording.isComplete, LONG_MS / 2);
      hub.acknowledge(running);
      await homebridgeSays(DEVICE, `the home hub has all of recording ${running.recording.streamId}`);
      await running.stream.close();
      await expectCleanRecording(running.recording);
      expect(homebridge.log).not.toMatch(/Unhandled|TypeError|programming mistake|without setting/u);
    },
    LONG_MS,
  );
});
