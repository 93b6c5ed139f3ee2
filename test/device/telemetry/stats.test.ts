import { describe, expect, test } from '@jest/globals';
import { PictureLossIndication } from 'werift';
import { CameraRequests } from '../../../camera-client/camera-requests.ts';
import type { DeviceStatistics } from '../../../contract/device-statistics.ts';
import { randomIdentifier } from '../../../foundation/identifiers.ts';
import { connectBus } from '../../support/connect-bus.ts';
import { startDevice } from '../../support/device.ts';
import { startEmbeddedBroker } from '../../support/embedded-broker.ts';
import { startMosquitto } from '../../support/mosquitto.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { connectedViewer } from '../connected-viewer.ts';
import { runDevice, type RunningDevice } from '../running-device.ts';
import { TestViewer } from '../test-viewer.ts';

const resources = resourcesOfEachTest();
/** A machine that is busy with other tests takes its time. */
const PATIENCE_MS = 20_000;

/** The camera's pictures are given by hand, all else is real. */
describe('a device tells by stats', () => {
  async function run() {
    const broker = resources.own(await startEmbeddedBroker());
    const running = await runDevice(resources, broker.url);
    const stats = () => running.requests.request(running.id, 'stats', {});
    return { ...running, stats };
  }

  /** One that has got its first picture. */
  async function watch({ requests, id, source }: RunningDevice): Promise<TestViewer> {
    const viewer = resources.own(new TestViewer({ requests, device: id }));
    await viewer.open();
    await waitUntil('the camera to run', () => source.running, PATIENCE_MS);
    source.keyframe();
    const picturesUntilOneIsThere = () => {
      source.picture();
      return viewer.packets.length > 0;
    };
    await waitUntil('the first picture', picturesUntilOneIsThere, PATIENCE_MS);
    return viewer;
  }

  /** What is told once so many pictures have been sent, which are paced, and have arrived. */
  const toldOf = (viewer: TestViewer, pictures: number, stats: () => Promise<DeviceStatistics>) =>
    waitUntil(
      'all that was sent',
      async () => {
        const now = await stats();
        return now.delays.sent.count >= pictures && viewer.packets.length === now.sent.packets && now;
      },
      PATIENCE_MS,
    );

  test('that nothing has happened yet', async () => {
    const { stats, device } = await run();
    const told = await stats();
    expect(told).toMatchObject({
      state: { boot: device.boot, streaming: false, health: 'ok' },
      healthReasons: [],
      source: { starts: 0, restarts: 0, failures: 0 },
      video: { pictures: 0, keyframes: 0, bytes: 0 },
      views: { accepted: 0, connected: 0, refused: 0 },
      viewers: [],
      droppedPictures: { slowViewer: 0, pacing: 0 },
      sent: { packets: 0, bytes: 0 },
      delays: { total: { count: 0, p50Ms: null } },
    });
    expect(told.process.residentBytes).toBeGreaterThan(20_000_000);
  });

  test('as many packets as its viewer receives, and how late they were', async () => {
    const running = await run();
    const viewer = await watch(running);
    for (let n = 0; n < 20; n += 1) running.source.picture(3_000);
    const told = await toldOf(viewer, 20, running.stats);
    const bytes = viewer.packets.reduce((sum, { payload }) => sum + payload.length, 0);
    expect(told.sent).toMatchObject({ bytes, packetsSentAgain: 0 });
    expect(told.video.pictures).toBeGreaterThan(20);
    expect(told.viewers).toMatchObject([
      { connected: true, congested: false, packetsSent: told.sent.packets },
    ]);
    const { ready, sent, total } = told.delays;
    expect(ready.count).toBe(told.video.pictures);
    expect(sent.count).toBeGreaterThanOrEqual(20);
    expect(total.p50Ms).toBeGreaterThanOrEqual(0);
    expect(total.p50Ms ?? 0).toBeLessThanOrEqual(total.p99Ms ?? 0);
    expect(total.p99Ms ?? 0).toBeLessThanOrEqual(total.maxMs ?? 0);
    expect(total.sumMs).toBeGreaterThanOrEqual(sent.sumMs);
  });

  test('the pictures that a viewer on a narrow way was not sent', async () => {
    const running = await run();
    await watch(running);
    const before = await running.stats();
    const PICTURES = 40;
    for (let n = 0; n < PICTURES; n += 1) running.source.picture(20_000);
    running.source.keyframe();
    const { droppedPictures } = await waitUntil('the key frame to be sent', async () => {
      const now = await running.stats();
      const wasSent = now.delays.sent.count - before.delays.sent.count;
      return wasSent + now.droppedPictures.pacing === PICTURES + 1 && now;
    });
    expect(droppedPictures.slowViewer).toBe(0);
    expect(droppedPictures.pacing).toBeGreaterThan(5);
  });

  test('requests for key frames, and which of them reached the camera', async () => {
    const running = await run();
    const viewer = await watch(running);
    const before = await running.stats();
    await viewer.sendFeedback(new PictureLossIndication({ senderSsrc: 1, mediaSsrc: 1 }));
    for (let n = 0; n < 3; n += 1) await running.requests.request(running.id, 'keyframe', {});
    const asked = before.keyframeRequests.asked + 4;
    const { keyframeRequests } = await waitUntil(
      'all requests',
      async () => {
        const now = await running.stats();
        const passed = now.keyframeRequests.passed;
        return now.keyframeRequests.asked === asked && passed === running.source.keyframeRequests && now;
      },
      PATIENCE_MS,
    );
    expect(keyframeRequests.passed).toBeLessThan(asked);
  });

  test('failures and restarts of the camera, and why it is not well', async () => {
    const running = await run();
    await watch(running);
    running.source.fail('the cable is loose');
    const failed = await running.stats();
    expect(failed).toMatchObject({
      source: { starts: 1, failures: 1 },
      state: { health: 'failed' },
      healthReasons: [expect.stringContaining('the cable is loose')],
    });
    await waitUntil('the camera to run again', () => running.source.running, PATIENCE_MS);
    running.source.keyframe();
    await running.requests.request(running.id, 'restart', {});
    expect(await running.stats()).toMatchObject({
      source: { starts: 3, restarts: 2, failures: 1 },
      state: { health: 'ok' },
      healthReasons: [],
    });
  });

  test('how many viewers came, and how many were refused', async () => {
    const running = await run();
    const viewers = [await watch(running), await watch(running)];
    const late = new TestViewer({ requests: running.requests, device: running.id });
    resources.own(late);
    await expect(late.open()).rejects.toMatchObject({ code: 'busy' });
    await running.requests.request(running.id, 'close', {}, { session: viewers[0]?.session ?? '' });
    const told = await running.stats();
    expect(told.views).toEqual({ accepted: 2, connected: 2, refused: 1 });
    expect(told.viewers).toHaveLength(1);
    expect(told.state.viewers).toBe(1);
  });

  test('a snapshot that failed', async () => {
    const running = await run();
    await watch(running);
    await expect(running.requests.request(running.id, 'snapshot', {})).rejects.toThrow();
    expect((await running.stats()).snapshots).toEqual({ taken: 0, failed: 1 });
  });
});

test('a real camera on a real broker tells what its real viewer sees', async () => {
  const broker = resources.own(await startMosquitto());
  const env = { PICAM_VIDEO_BITRATE_KBPS: '500' };
  const { device } = resources.own(await startDevice({ broker: broker.url, env }));
  const bus = resources.own(await connectBus(broker.url));
  const requests = resources.own(
    new CameraRequests({ bus, prefix: 'picam', peer: `peer-${randomIdentifier()}` }),
  );
  requests.open();
  const stats = () => requests.request(device, 'stats', {});
  const first = await stats();
  expect(first.process.eventLoopDelay).toBeNull();
  const { viewer, before } = await connectedViewer(resources, { requests, device });
  await waitUntil('60 pictures', () => viewer.pictures.units.length >= 60, PATIENCE_MS);
  await requests.request(device, 'snapshot', { width: 320 });
  await requests.request(device, 'record', { action: 'start' });
  await requests.request(device, 'record', { action: 'stop' });
  const playing = await stats();
  await requests.request(device, 'stop', {});
  const last = await stats();
  const sent = last.sent.packets - before.sent.packets;
  const sentAgain = last.sent.packetsSentAgain - before.sent.packetsSentAgain;
  await waitUntil('every packet that was sent', () => viewer.packets.length >= sent + sentAgain, PATIENCE_MS);

  expect(viewer.packets).toHaveLength(sent + sentAgain);
  expect(last.video.pictures).toBeGreaterThanOrEqual(viewer.pictures.units.length);
  expect(last.video.bytes).toBeGreaterThan(10_000);
  expect(last.views.accepted - before.views.accepted).toBe(1);
  expect(last.views.connected - before.views.connected).toBe(1);
  expect(last).toMatchObject({
    source: { starts: 1, restarts: 0, failures: 0 },
    viewers: [],
    snapshots: { taken: 1, failed: 0 },
    recordings: { begun: 1, failed: 0 },
  });
  expect(playing.viewers).toMatchObject([{ connected: true }]);
  expect(playing.process.eventLoopDelay?.maxMs).toBeGreaterThanOrEqual(0);
  expect(last.process.cpuS).toBeGreaterThan(first.process.cpuS);
  expect(last.upS).toBeGreaterThan(first.upS);
  const { p50Ms } = last.delays.total;
  expect(p50Ms).toBeGreaterThan(0);
  expect(p50Ms).toBeLessThan(1_000);
}, 60_000);
