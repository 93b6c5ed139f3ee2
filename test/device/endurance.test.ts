import { beforeAll, expect, test } from '@jest/globals';
import { CameraRequests } from '../../camera-client/camera-requests.ts';
import { LiveViewConnection } from '../../camera-client/live-view-connection.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice, type TestDevice } from '../support/device.ts';
import { ensureBuilt } from '../support/ensure-built.ts';
import { type Holdings, ProcessScale } from '../support/process-scale.ts';
import { descendantProcesses } from '../support/processes.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Until code is compiled and caches are filled. */
const WARM_UP_JOINS = 50;
const JOINS = 500;
const AT_A_TIME = 6;
const WARM_UP_CYCLES = 20;
const CYCLES = 200;
const TEST_TIMEOUT_MS = 240_000;
/** The longest that werift waits for an answer to its part of a handshake, and more. */
const SETTLE_TIMEOUT_MS = 20_000;
/** What was asked and answered is kept for a minute, some kilobytes for each; a connection that is kept is many times this. */
const MOST_HEAP_KB_FOR_EACH = 20;
/** What the allocator does not give back is in it too. */
const MOST_RESIDENT_KB_FOR_EACH = 80;

const resources = resourcesOfEachTest();

/** Small pictures, because it is not the encoder that is looked at. */
async function openCamera(scale: ProcessScale) {
  const env = { PICAM_VIDEO_WIDTH: '160', PICAM_VIDEO_HEIGHT: '120', ...scale.environment };
  const camera = resources.own(await startDevice({ built: true, env }));
  const bus = resources.own(await connectBus(camera.broker));
  const peers = Array.from({ length: AT_A_TIME }, (_, n) => {
    const requests = resources.own(new CameraRequests({ bus, prefix: 'picam', peer: `peer-${n}` }));
    requests.open();
    return requests;
  });
  return { camera, peers, requests: peers[0] ?? new CameraRequests({ bus, prefix: 'picam', peer: 'peer' }) };
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

/** Does `work` so many times, by as many workers at a time as there are. */
async function repeat<W>(times: number, workers: readonly W[], work: (worker: W) => Promise<void>) {
  let begun = 0;
  const workOn = async (worker: W) => {
    while (begun < times) {
      begun += 1;
      await work(worker);
    }
  };
  await Promise.all(workers.map(workOn));
}

/** What `now` has more of than `before`, by kind; what the start of a device waits for comes to an end by itself. */
function more(before: Holdings, now: Holdings): Record<string, number> {
  const kinds = Object.entries({ ...now.waiting, ...now.files }).map(([kind, count]) => {
    const had = before.waiting[kind] ?? before.files[kind] ?? 0;
    return [kind, count - had] as const;
  });
  return Object.fromEntries(kinds.filter(([, count]) => count > 0));
}

/** Waits until nothing more waits, is open and runs than before, and fails when that does not come. */
async function whatIsLeft(scale: ProcessScale, { pid }: TestDevice, before: Holdings): Promise<Holdings> {
  let now = await scale.measure(pid);
  const rest = () => ({ ...more(before, now), programs: now.programs });
  const isAsBefore = async () => {
    now = await scale.measure(pid);
    return JSON.stringify(rest()) === JSON.stringify({ programs: before.programs });
  };
  await waitUntil('the rest to be gone', isAsBefore, SETTLE_TIMEOUT_MS).catch(() => undefined);
  expect(rest()).toEqual({ programs: before.programs });
  return now;
}

/** Prints both, and fails when each of `times` left something of its size behind. */
function compareMemory(what: string, times: number, before: Holdings, after: Holdings): void {
  const grown = (key: 'heapKb' | 'residentKb') => after[key] - before[key];
  const words = (key: 'heapKb' | 'residentKb') =>
    `${before[key]} → ${after[key]} KiB (${(grown(key) / times).toFixed(1)} for each)`;
  console.info(
    `${times} ${what}: heap ${words('heapKb')}, resident ${words('residentKb')}; ` +
      `before and after ${JSON.stringify({ waiting: after.waiting, files: after.files })}`,
  );
  expect(grown('heapKb') / times).toBeLessThan(MOST_HEAP_KB_FOR_EACH);
  expect(grown('residentKb') / times).toBeLessThan(MOST_RESIDENT_KB_FOR_EACH);
}

beforeAll(ensureBuilt, 120_000);

test(
  `${JOINS} viewers come and go, and leave no socket, timer and memory behind`,
  async () => {
    const scale = resources.own(new ProcessScale());
    const { camera, peers, requests } = await openCamera(scale);
    const statistics = () => requests.request(camera.device, 'stats', {});
    await requests.request(camera.device, 'start', {});
    await waitUntil('a picture', async () => (await statistics()).video.pictures > 0, 10_000);
    const unwatched = await scale.measure(camera.pid);
    const watchedBy = (viewers: number) => repeat(viewers, peers, (peer) => watchOnce(peer, camera.device));
    await watchedBy(WARM_UP_JOINS);
    const before = await whatIsLeft(scale, camera, unwatched);
    await watchedBy(JOINS);
    const after = await whatIsLeft(scale, camera, before);
    compareMemory('viewers', JOINS, before, after);
    const { views, viewers } = await statistics();
    expect(views.connected).toBeGreaterThanOrEqual(WARM_UP_JOINS + JOINS);
    expect(viewers).toEqual([]);
  },
  TEST_TIMEOUT_MS,
);

test(
  `a camera that goes on and off ${CYCLES} times leaves no program, pipe, timer and memory behind`,
  async () => {
    const scale = resources.own(new ProcessScale());
    const { camera, requests } = await openCamera(scale);
    const statistics = () => requests.request(camera.device, 'stats', {});
    const pictures = async () => (await statistics()).video.pictures;
    let cycles = 0;
    const cycle = async () => {
      const seen = await pictures();
      await requests.request(camera.device, 'start', {});
      await waitUntil('the encoder', () => descendantProcesses(camera.pid).length > 0, 10_000);
      cycles += 1;
      // Every other one is stopped while it is still getting ready.
      if (cycles % 2 === 0) await waitUntil('a picture', async () => (await pictures()) > seen, 10_000);
      await requests.request(camera.device, 'stop', {});
    };
    await statistics();
    const unused = await scale.measure(camera.pid);
    expect(unused.programs).toEqual([]);
    await repeat(WARM_UP_CYCLES, [camera], cycle);
    const before = await whatIsLeft(scale, camera, unused);
    await repeat(CYCLES, [camera], cycle);
    compareMemory('starts and stops', CYCLES, before, await whatIsLeft(scale, camera, before));
    const { source } = await statistics();
    expect(source).toEqual({ starts: WARM_UP_CYCLES + CYCLES, restarts: 0, failures: 0 });
  },
  TEST_TIMEOUT_MS,
);
