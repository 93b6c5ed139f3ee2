import { describe, expect, test } from '@jest/globals';
import { createSource } from '../../../device/capture/open-source.ts';
import { LiveStream } from '../../../device/live-stream/live-stream.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { startRtspServer } from '../../support/rtsp-server.ts';
import { installStandInPicamera2 } from '../../support/stand-in-picamera2.ts';
import { installStandInRpicam } from '../../support/stand-in-rpicam.ts';
import { installStandInUsbCamera } from '../../support/stand-in-usb-camera.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { hurriedClock } from '../hurried-clock.ts';
import { RecordingViewer } from '../recording-viewer.ts';

const VIDEO = { width: 320, height: 180, fps: 30, bitrateKbps: 500, keyframeIntervalS: 1 };
const CAMERA_TIMEOUT_MS = 20_000;
const TEST_TIMEOUT_MS = 60_000;
const resources = resourcesOfEachTest();

/** A camera that is kept on. Time-outs and pauses come three times sooner. */
function keepOn(spec: string) {
  const clock = hurriedClock(3);
  const logged: string[] = [];
  const logger = { ...silentLogger, warn: (line: string) => void logged.push(line) };
  const source = createSource(spec, VIDEO, logger, clock);
  const stream = resources.own(new LiveStream({ source, logger, clock }));
  stream.start();
  return { stream, logged };
}

/** Joins while the camera runs, again after a try that was one too early, until there are pictures. */
async function watch(stream: LiveStream): Promise<RecordingViewer> {
  let viewer: RecordingViewer | undefined;
  return await waitUntil(
    'pictures',
    () => {
      if (stream.running && (!viewer || viewer.ends.length > 0))
        stream.join((viewer = new RecordingViewer()));
      return viewer && viewer.pictures.length > 10 && viewer;
    },
    CAMERA_TIMEOUT_MS,
  );
}

async function seesOn(viewer: RecordingViewer): Promise<void> {
  const before = viewer.pictures.length;
  await waitUntil('pictures', () => viewer.pictures.length > before + 10, CAMERA_TIMEOUT_MS);
}

async function fails(stream: LiveStream, words: RegExp): Promise<void> {
  await waitUntil('the failure in words', () => words.test(stream.error?.message ?? ''), CAMERA_TIMEOUT_MS);
}

describe('a camera that goes away and comes back', () => {
  test(
    'on USB',
    async () => {
      const camera = resources.own(installStandInUsbCamera());
      const { stream, logged } = keepOn(`v4l2:${camera.device}`);
      await watch(stream);
      camera.unplug();
      await fails(stream, /USB camera \S+ is not there; plug it in/u);
      const tries = camera.starts().length;
      await waitUntil('more tries', () => camera.starts().length > tries + 1, CAMERA_TIMEOUT_MS);
      camera.plugIn();
      await watch(stream);
      expect(logged).toEqual([expect.stringMatching(/is not there; plug it in/u)]);
      expect(stream.error).toBeNull();
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'in the network, with its password in no line of the log',
    async () => {
      const user = { username: 'me', password: 'geheim' };
      const server = resources.own(await startRtspServer(user));
      const { stream, logged } = keepOn(`rtsp://me:geheim@127.0.0.1:${server.port}/door`);
      await watch(stream);
      await server.stop();
      await fails(stream, /RTSP camera \S+ refuses the connection/u);
      resources.own(await startRtspServer({ ...user, port: server.port }));
      await watch(stream);
      expect(logged).not.toEqual([]);
      expect(logged.join('\n')).not.toContain('geheim');
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'because its sensor died: its viewers stay and see on',
    async () => {
      resources.own(installStandInRpicam({ behaviour: 'sensor-dies-once' }));
      const { stream, logged } = keepOn('rpicam');
      const viewer = await watch(stream);
      await waitUntil('the restart', () => logged.length > 0, CAMERA_TIMEOUT_MS);
      await seesOn(viewer);
      expect(logged).toEqual([expect.stringMatching(/failed: camera 0 sends no pictures .*ribbon cable/u)]);
      expect(viewer.ends).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );
});

describe('a camera that another program uses, until that ends', () => {
  test.each([
    ['rpicam', () => installStandInRpicam({ behaviour: 'busy' }), () => installStandInRpicam()],
    ['picamera2', () => installStandInPicamera2('busy'), () => installStandInPicamera2()],
  ] as const)(
    'by %s',
    async (spec, installBusy, install) => {
      const busy = installBusy();
      resources.onEnd('the busy camera', () => busy.stop());
      const { stream } = keepOn(spec);
      await fails(stream, /camera 0 is used by another program; end that one/u);
      busy.stop();
      resources.own(install());
      await watch(stream);
      expect(stream.error).toBeNull();
    },
    TEST_TIMEOUT_MS,
  );
});
