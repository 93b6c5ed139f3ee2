import { beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CameraRequests } from '../../camera-client/camera-requests.ts';
import { LiveViewConnection } from '../../camera-client/live-view-connection.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice, type TestDevice } from '../support/device.ts';
import { ensureBuilt } from '../support/ensure-built.ts';
import { openFiles } from '../support/open-files.ts';
import { descendantProcesses, residentKb } from '../support/processes.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { runFfmpeg } from './run-ffmpeg.ts';

/** Until code is compiled and caches are filled. */
const WARM_UP_JOINS = 100;
const JOINS = 500;
const AT_A_TIME = 8;
const WARM_UP_CYCLES = 20;
const CYCLES = 200;
/** A device tidies its heap up when the camera has been off for ten seconds. */
const REST_MS = 13_000;
const TEST_TIMEOUT_MS = 240_000;
/** One that keeps a viewer's connection, or a picture, for good takes far more than this. */
const MOST_KB_FOR_EACH = 40;

const resources = resourcesOfEachTest();

/** `count` peers, because the device limits what one may ask for. */
async function peersOf(camera: TestDevice, count: number): Promise<[CameraRequests, ...CameraRequests[]]> {
  const bus = resources.own(await connectBus(camera.broker));
  const open = (n: number) => {
    const requests = resources.own(new CameraRequests({ bus, prefix: 'picam', peer: `peer-${n}` }));
    requests.open();
    return requests;
  };
  return [open(0), ...Array.from({ length: count - 1 }, (_, n) => open(n + 1))];
}

/** Two seconds of small pictures, which the device plays without a program beside it. */
async function smallFilm(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'picam-endurance-'));
  resources.onEnd('the film', () => rm(folder, { recursive: true, force: true }));
  const words = '-f lavfi -i testsrc2=size=160x120:rate=10:duration=2 -c:v libx264 -profile:v baseline -g 10';
  const film = join(folder, 'film.h264');
  await writeFile(film, await runFfmpeg([...words.split(' '), '-f', 'h264', '-']));
  return film;
}

/** Comes, sees a packet, and goes. */
async function watchOnce(requests: CameraRequests, device: string): Promise<void> {
  let close = (): Promise<void> => Promise.resolve();
  const seen = new Promise<void>((resolve, reject) => {
    const listener = { handlePacket: () => resolve(), handleEnd: reject };
    const iceServers = () => Promise.resolve([]);
    const view = new LiveViewConnection({ device, requests, iceServers, listener, logger: silentLogger });
    close = () => view.close();
    view.open();
  });
  await seen.finally(() => close());
}

async function repeat(
  times: number,
  atATime: number,
  work: (worker: number) => Promise<void>,
): Promise<void> {
  let begun = 0;
  const worker = async (_: unknown, index: number) => {
    while (begun < times) {
      begun += 1;
      await work(index);
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}

/** What a camera that was just turned off holds when it has tidied up after itself. */
async function restingKb({ pid }: TestDevice): Promise<number> {
  let leastKb = residentKb(pid);
  const rested = performance.now() + REST_MS;
  await waitUntil(
    'the rest',
    () => {
      leastKb = Math.min(leastKb, residentKb(pid));
      return performance.now() > rested;
    },
    2 * REST_MS,
  );
  return leastKb;
}

/** Waits until the device has no more open, and runs no more, than before. */
async function nothingIsLeft(camera: TestDevice, before: ReturnType<typeof openFiles>): Promise<void> {
  await waitUntil('the programs to be gone', () => descendantProcesses(camera.pid).length === 0, 10_000);
  const isAsBefore = () => JSON.stringify(openFiles(camera.pid)) === JSON.stringify(before);
  await waitUntil('the files to be closed', isAsBefore, 15_000).catch(() => undefined);
  expect(openFiles(camera.pid)).toEqual(before);
}

beforeAll(ensureBuilt, 120_000);

test(
  `${WARM_UP_JOINS + JOINS} viewers come and go, and leave no socket and no memory behind`,
  async () => {
    const source = `file:${await smallFilm()}`;
    const camera = resources.own(await startDevice({ built: true, source }));
    const peers = await peersOf(camera, AT_A_TIME);
    const [requests] = peers;
    const watchedBy = async (viewers: number) => {
      await requests.request(camera.device, 'start', {});
      await repeat(viewers, AT_A_TIME, (peer) => watchOnce(peers[peer] ?? requests, camera.device));
      await requests.request(camera.device, 'stop', {});
    };
    await watchedBy(WARM_UP_JOINS);
    const beforeKb = await restingKb(camera);
    const before = openFiles(camera.pid);
    await watchedBy(JOINS);
    const afterKb = await restingKb(camera);
    console.info(`at rest: ${beforeKb} KiB, and ${afterKb} KiB ${JOINS} viewers later`);
    await nothingIsLeft(camera, before);
    expect((afterKb - beforeKb) / JOINS).toBeLessThan(MOST_KB_FOR_EACH);
    const { state } = await requests.request(camera.device, 'get', {});
    expect(state).toMatchObject({ viewers: 0, streaming: false, error: null });
  },
  TEST_TIMEOUT_MS,
);

test(
  `a camera that goes on and off ${CYCLES} times leaves no program, pipe and memory behind`,
  async () => {
    const env = { PICAM_VIDEO_WIDTH: '160', PICAM_VIDEO_HEIGHT: '120' };
    const camera = resources.own(await startDevice({ built: true, env }));
    const [requests] = await peersOf(camera, 1);
    const cycle = async () => {
      await requests.request(camera.device, 'start', {});
      await waitUntil('the encoder', () => descendantProcesses(camera.pid).length > 0, 10_000);
      await requests.request(camera.device, 'stop', {});
    };
    await repeat(WARM_UP_CYCLES, 1, cycle);
    await waitUntil('its end', () => descendantProcesses(camera.pid).length === 0, 10_000);
    const [before, beforeKb] = [openFiles(camera.pid), residentKb(camera.pid)];
    await repeat(CYCLES, 1, cycle);
    const afterKb = residentKb(camera.pid);
    console.info(`${beforeKb} KiB, and ${afterKb} KiB ${CYCLES} starts and stops later`);
    await nothingIsLeft(camera, before);
    expect((afterKb - beforeKb) / CYCLES).toBeLessThan(MOST_KB_FOR_EACH);
  },
  TEST_TIMEOUT_MS,
);
