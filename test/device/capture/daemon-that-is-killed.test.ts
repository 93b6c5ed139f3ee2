import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { descendantProcesses, isRunning } from '../../support/processes.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { startRtspServer } from '../../support/rtsp-server.ts';
import { installStandInPicamera2, type Picamera2Behaviour } from '../../support/stand-in-picamera2.ts';
import { installStandInRpicam, type RpicamBehaviour } from '../../support/stand-in-rpicam.ts';
import { installStandInUsbCamera, type UsbCameraBehaviour } from '../../support/stand-in-usb-camera.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { runFfmpeg } from '../run-ffmpeg.ts';

const DAEMON = fileURLToPath(new URL('capturing-daemon.ts', import.meta.url));
const START_TIMEOUT_MS = 20_000;
const TEST_TIMEOUT_MS = 40_000;
const resources = resourcesOfEachTest();

interface PluggedIn {
  readonly source: string;
  /** True once the camera is asked for pictures, which may never come. */
  readonly isAsked: () => boolean;
}
type Camera = readonly [name: string, plugIn: () => PluggedIn | Promise<PluggedIn>];

const STREAMING: readonly Camera[] = [
  ['the test picture', () => ({ source: 'test', isAsked: () => true })],
  ['a file', async () => ({ source: `file:${await makeVideo()}`, isAsked: () => true })],
  ['a network camera', () => rtsp({})],
  ['a USB camera', () => usb('streams')],
  ['rpicam-vid', () => rpicam('streams')],
  ['Picamera2', () => picamera2('still')],
  ['Picamera2, which hangs when it is closed', () => picamera2('hangs-on-close')],
];

test.each(STREAMING)(
  'while %s streams nothing outlives a daemon that is killed',
  async (_, plugIn) => {
    const { source } = await plugIn();
    const daemon = startDaemon(source);
    await waitUntil('pictures', once(daemon.stdout, 'data'), START_TIMEOUT_MS);
    await expectNothingLeftAfterKill(daemon);
  },
  TEST_TIMEOUT_MS,
);

/** Their programs never write to the pipe that is closed. */
const SILENT: readonly Camera[] = [
  ['a network camera', () => rtsp({ isSilent: true })],
  ['a USB camera', () => usb('silence')],
  ['rpicam-vid', () => rpicam('silence')],
  ['Picamera2', () => picamera2('silence')],
  ['Picamera2, which hangs when it is opened', () => picamera2('hangs-on-open')],
];

test.each(SILENT)(
  'while %s is silent nothing outlives a daemon that is killed',
  async (_, plugIn) => {
    const { source, isAsked } = await plugIn();
    const daemon = startDaemon(source);
    await waitUntil('the camera is asked for pictures', isAsked, START_TIMEOUT_MS);
    await expectNothingLeftAfterKill(daemon);
  },
  TEST_TIMEOUT_MS,
);

function startDaemon(source: string) {
  const daemon = spawn(process.execPath, [DAEMON, source], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // By default programs inherit another environment than the one that a test sees.
    env: process.env,
  });
  resources.onEnd('the daemon', () => daemon.kill('SIGKILL'));
  return daemon;
}

async function expectNothingLeftAfterKill(daemon: ChildProcess): Promise<void> {
  const programs = descendantProcesses(daemon.pid ?? 0);
  expect(programs).not.toEqual([]);
  resources.onEnd('what should have ended', () => {
    for (const { pid } of programs) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  });
  daemon.kill('SIGKILL');
  await waitUntil('every program has ended', () => !programs.some(({ pid }) => isRunning(pid)), 10_000);
}

async function rtsp(options: { readonly isSilent?: boolean }): Promise<PluggedIn> {
  const user = { username: 'me', password: 'geheim' };
  const server = resources.own(await startRtspServer({ ...user, ...options }));
  return { source: `rtsp://me:geheim@127.0.0.1:${server.port}/door`, isAsked: () => server.plays() > 0 };
}

function usb(behaviour: UsbCameraBehaviour): PluggedIn {
  const camera = resources.own(installStandInUsbCamera(behaviour));
  return { source: `v4l2:${camera.device}`, isAsked: () => camera.starts().length > 0 };
}

function rpicam(behaviour: RpicamBehaviour): PluggedIn {
  const program = resources.own(installStandInRpicam({ behaviour }));
  return { source: 'rpicam', isAsked: () => program.streamArguments().length > 0 };
}

function picamera2(behaviour: Picamera2Behaviour): PluggedIn {
  const module = resources.own(installStandInPicamera2(behaviour));
  return { source: 'picamera2', isAsked: () => module.log().length > 0 };
}

async function makeVideo(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'picam-video-'));
  resources.onEnd('the video', () => rmSync(folder, { recursive: true }));
  const path = join(folder, 'video.mp4');
  await runFfmpeg(['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=25', '-t', '1', '-bf', '0', path]);
  return path;
}
