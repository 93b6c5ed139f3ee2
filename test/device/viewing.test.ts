import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { CameraRequests } from '../../camera-client/camera-requests.ts';
import { randomIdentifier } from '../../foundation/identifiers.ts';
import { nalUnitsToAnnexB } from '../../media/access-unit.ts';
import { nalTypeOf } from '../../media/h264-nal.ts';
import { connectBus } from '../support/connect-bus.ts';
import { type TestDevice, startDevice } from '../support/device.ts';
import { descendantProcesses } from '../support/processes.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { TestViewer } from './test-viewer.ts';

const resources = resourcesOfEachTest();
/** A whole group of pictures fits a socket's buffer, so that a busy machine loses none of it. */
const SMALL_PICTURES = { PICAM_VIDEO_BITRATE_KBPS: '500' };

describe('a viewer of a running picam device', () => {
  test('receives H.264 that begins with a key frame with its parameter sets and decodes without an error', async () => {
    const { device, requests } = await deviceAndRequests();
    const viewer = openedBy(requests, device);
    await viewer.open();
    const first = await viewer.firstPicture();
    expect(first.nalUnits.map(nalTypeOf).slice(0, 3)).toEqual(expect.arrayContaining([7, 8]));
    expect(first.nalUnits.map(nalTypeOf)).toContain(5);
    await waitUntil('60 pictures', () => viewer.pictures.units.length >= 60, 10_000);
    expect(viewer.pictures.lostPackets).toBe(0);
    expect(decode(viewer)).toEqual({ problems: '', size: '1280x720' });
  });

  test('is told to show every picture at once', async () => {
    const { device, requests } = await deviceAndRequests();
    const viewer = openedBy(requests, device);
    await viewer.open();
    await viewer.firstPicture();
    expect(viewer.answer).toContain('a=setup:passive');
    expect(viewer.packets[0]?.header.extensions).toEqual([{ id: 1, payload: Buffer.from([0, 0, 0]) }]);
    expect(viewer.packets[0]?.header.sequenceNumber).toBeLessThan(2 ** 15);
  });

  test('gets its audio and data channel rejected and its video all the same', async () => {
    const { device, requests } = await deviceAndRequests();
    const viewer = openedBy(requests, device, true);
    await viewer.open();
    await viewer.firstPicture();
    expect(viewer.answer).toMatch(/^m=video 9 /mu);
    expect(viewer.answer).toMatch(/^m=audio 0 /mu);
    expect(viewer.answer).toMatch(/^m=application 0 /mu);
  });

  test('trickles candidates both ways', async () => {
    const { device, requests } = await deviceAndRequests();
    const viewer = openedBy(requests, device);
    await viewer.openWithTrickle();
    expect(viewer.answer).not.toContain('a=candidate');
    await viewer.firstPicture();
    expect(viewer.candidates.length).toBeGreaterThan(0);
  });

  test('shares the one encoder, which stops when the last has left', async () => {
    const { device, requests } = await deviceAndRequests();
    const viewers = [openedBy(requests, device), openedBy(requests, device)];
    for (const viewer of viewers) await viewer.open();
    for (const viewer of viewers) await viewer.firstPicture();
    expect(descendantProcesses(device.pid)).toHaveLength(1);
    for (const { session } of viewers) await requests.request(device.device, 'close', {}, { session });
    await waitUntil('the encoder to stop', () => descendantProcesses(device.pid).length === 0, 10_000);
  });

  test('is told that the camera was stopped', async () => {
    const { device, requests } = await deviceAndRequests();
    const viewer = openedBy(requests, device);
    await viewer.open();
    await viewer.firstPicture();
    expect(await requests.request(device.device, 'stop', {})).toEqual({ streaming: false, viewers: 0 });
    await waitUntil('the close push', () => viewer.closeReasons.length > 0);
    expect(viewer.closeReasons).toEqual(['stopped']);
  });

  test('is told that the device shuts down', async () => {
    const { device, requests } = await deviceAndRequests();
    const viewer = openedBy(requests, device);
    await viewer.open();
    await viewer.firstPicture();
    device.kill('SIGTERM');
    await waitUntil('the close push', () => viewer.closeReasons.length > 0);
    expect(viewer.closeReasons).toEqual(['shutdown']);
  });

  test('frees its place when it leaves', async () => {
    const { device, requests } = await deviceAndRequests();
    const viewer = openedBy(requests, device);
    await viewer.open();
    await viewer.firstPicture();
    expect((await requests.request(device.device, 'get', {})).state.viewers).toBe(1);
    await requests.request(device.device, 'close', {}, { session: viewer.session });
    expect((await requests.request(device.device, 'get', {})).state.viewers).toBe(0);
    expect(viewer.closeReasons).toEqual([]);
  });
});

async function deviceAndRequests(): Promise<{ device: TestDevice; requests: CameraRequests }> {
  const device = resources.own(await startDevice({ env: SMALL_PICTURES }));
  const bus = resources.own(await connectBus(device.broker));
  const requests = resources.own(
    new CameraRequests({ bus, prefix: 'picam', peer: `viewer-${randomIdentifier()}` }),
  );
  requests.open();
  return { device, requests };
}

function openedBy(requests: CameraRequests, { device }: TestDevice, withEverything = false): TestViewer {
  return resources.own(new TestViewer({ requests, device, withEverything }));
}

function decode({ pictures: { units } }: TestViewer): { problems: string; size: string } {
  const stream = nalUnitsToAnnexB(units.flatMap(({ nalUnits }) => nalUnits));
  const ffmpeg = ['-v', 'error', '-f', 'h264', '-i', 'pipe:0', '-f', 'null', '-'];
  const ffprobe = ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0:s=x', 'pipe:0'];
  return {
    problems: spawnSync('ffmpeg', ffmpeg, { input: stream }).stderr.toString(),
    size: spawnSync('ffprobe', ffprobe, { input: stream }).stdout.toString().trim(),
  };
}
