import { beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { systemClock } from '../../device/capture/clock.ts';
import { createV4l2Source } from '../../device/capture/v4l2-source.ts';
import { parseV4l2Spec } from '../../device/capture/v4l2-spec.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { runFfmpeg } from '../device/run-ffmpeg.ts';
import { runDevice } from '../device/running-device.ts';
import { launchChromium } from '../support/chromium.ts';
import { startDevice } from '../support/device.ts';
import { startMosquitto, type TestBroker } from '../support/mosquitto.ts';
import { descendantProcesses, isRunning } from '../support/processes.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { startRtspServer } from '../support/rtsp-server.ts';
import { installStandInPicamera2 } from '../support/stand-in-picamera2.ts';
import { installStandInRpicam } from '../support/stand-in-rpicam.ts';
import { installStandInUsbCamera } from '../support/stand-in-usb-camera.ts';
import { waitUntil } from '../support/wait-until.ts';
import { startWeb, type TestWeb } from '../support/web.ts';
import { BrowserPage } from './browser-page.ts';

const TEST_TIMEOUT_MS = 90_000;
const RECORDING = 'test/data/rpicam/recommended-720p30.h264';
const VIDEO = { PICAM_VIDEO_WIDTH: '640', PICAM_VIDEO_HEIGHT: '360', PICAM_LINGER_MS: '0' };
const SIZE = { width: 640, height: 360 };
const SIZE_OF_RECORDING = { width: 1280, height: 720 };
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

interface SourceCase {
  readonly name: string;
  /** Brings the camera into being; returns what the configuration calls it. */
  readonly plugIn: () => string | Promise<string>;
  /** What the log says is started. */
  readonly starts: RegExp;
  readonly size: { readonly width: number; readonly height: number };
  /** What runs beside the daemon while it streams, by the kernel's names; the programs that stand in are Python. */
  readonly programs: readonly string[];
}

const CASES: readonly SourceCase[] = [
  {
    name: 'picamera2',
    plugIn: () => {
      resources.own(installStandInPicamera2('lively'));
      return 'picamera2';
    },
    starts: /starting camera 0 by Picamera2/u,
    size: SIZE,
    programs: ['python3'],
  },
  {
    name: 'rpicam',
    plugIn: () => {
      resources.own(installStandInRpicam());
      return 'rpicam';
    },
    starts: /camera 0 by rpicam-vid 1\.12\.0/u,
    size: SIZE_OF_RECORDING,
    programs: ['python3'],
  },
  {
    name: 'rpicam by its old name',
    plugIn: () => {
      resources.own(installStandInRpicam({ name: 'libcamera-vid', behaviour: 'old' }));
      return 'rpicam';
    },
    starts: /camera 0 by libcamera-vid 1\.2\.1/u,
    size: SIZE_OF_RECORDING,
    programs: ['python3'],
  },
  {
    name: 'v4l2',
    plugIn: () => `v4l2:${resources.own(installStandInUsbCamera()).device}`,
    starts: /USB camera \S+index0$/mu,
    size: SIZE,
    programs: ['python3', 'ffmpeg'],
  },
  {
    name: 'rtsp',
    plugIn: async () => {
      const { port } = resources.own(await startRtspServer({ username: 'me', password: 'geheim' }));
      return `rtsp://me:geheim@127.0.0.1:${port}/door`;
    },
    starts: /starting RTSP camera 127\.0\.0\.1:\d+/u,
    size: SIZE_OF_RECORDING,
    programs: ['ffmpeg'],
  },
  {
    name: 'file (h264)',
    plugIn: () => `file:${RECORDING}`,
    starts: /starting file \S+\.h264/u,
    size: SIZE_OF_RECORDING,
    programs: [],
  },
  {
    name: 'file (mp4)',
    plugIn: async () => `file:${await recordingAsMp4()}`,
    starts: /starting file \S+\.mp4/u,
    size: SIZE_OF_RECORDING,
    programs: ['ffmpeg'],
  },
  {
    name: 'test',
    plugIn: () => 'test',
    starts: /starting the test picture/u,
    size: SIZE,
    programs: ['ffmpeg'],
  },
  {
    name: 'auto, with Picamera2 and rpicam-vid there',
    plugIn: () => {
      resources.own(installStandInPicamera2('lively'));
      resources.own(installStandInRpicam());
      return 'auto';
    },
    starts: /source "picamera2" is taken: Picamera2 can be asked/u,
    size: SIZE,
    programs: ['python3'],
  },
  {
    name: 'auto, with rpicam-vid alone',
    plugIn: () => {
      resources.own(installStandInRpicam());
      return 'auto';
    },
    starts: /source "rpicam" is taken: Picamera2 is not installed/u,
    size: SIZE_OF_RECORDING,
    programs: ['python3'],
  },
];

test.each(CASES)(
  '$name starts, moves in Chromium and stops with nothing left',
  async ({ plugIn, starts, size, programs }) => {
    const source = await plugIn();
    const camera = resources.own(await startDevice({ broker: broker.url, source, env: VIDEO }));
    expect(descendantProcesses(camera.pid)).toEqual([]);

    const page = resources.own(await BrowserPage.open(browser, `${web.url}/#/camera/${camera.device}`));
    expect(await page.awaitPicture()).toEqual(size);
    expect(camera.log).toMatch(starts);
    await expectMovement(page);
    // The page's tile asks for a snapshot, whose ffmpeg runs for a moment beside.
    const running = await waitUntil('only what the source runs', () => {
      const names = descendantProcesses(camera.pid).map(({ name }) => name.replace(/\.\d+$/u, ''));
      return names.join() === programs.join() && descendantProcesses(camera.pid);
    });

    await page.close();
    await waitUntil('the camera is off', () => descendantProcesses(camera.pid).length === 0, 30_000);
    await camera.stop();
    expect(await camera.exited).toEqual({ code: 0, signal: null });
    expect(running.filter(({ pid }) => isRunning(pid))).toEqual([]);
    expect(camera.log).not.toMatch(/ (warn|error) |geheim/u);
  },
  TEST_TIMEOUT_MS,
);

test(
  'v4l2 on the encoder of a Pi 4 moves in Chromium and stops with nothing left',
  async () => {
    const usb = resources.own(installStandInUsbCamera());
    const video = { ...SIZE, fps: 30, bitrateKbps: 1_000, keyframeIntervalS: 2 };
    const hasHardware = () => Promise.resolve(true);
    const source = createV4l2Source(parseV4l2Spec(usb.device), video, systemClock, silentLogger, hasHardware);
    const before = descendantProcesses(process.pid).length;
    const { id } = await runDevice(resources, broker.url, { lingerMs: 0 }, { source });

    const page = resources.own(await BrowserPage.open(browser, `${web.url}/#/camera/${id}`));
    expect(await page.awaitPicture()).toEqual(SIZE);
    await expectMovement(page);
    expect(source.description).toMatch(/on the hardware encoder$/u);
    expect(usb.starts().map((words) => words.includes('h264_v4l2m2m'))).toEqual([true]);

    await page.close();
    await waitUntil('the camera is off', () => descendantProcesses(process.pid).length === before, 30_000);
  },
  TEST_TIMEOUT_MS,
);

async function expectMovement(page: BrowserPage): Promise<void> {
  const counts = [await page.framesDecodedIn(600), await page.framesDecodedIn(600)];
  expect(Math.min(...counts)).toBeGreaterThan(3);
  const earlier = await page.screenshotOfVideo();
  await waitUntil('another picture', async () => !(await page.screenshotOfVideo()).equals(earlier));
}

async function recordingAsMp4(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'picam-mp4-'));
  resources.onEnd('the recording', () => rmSync(folder, { recursive: true }));
  const file = join(folder, 'door.mp4');
  await runFfmpeg(['-framerate', '30', '-i', RECORDING, '-c', 'copy', file]);
  return file;
}
