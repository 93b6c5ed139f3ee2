import { expect, test } from '@jest/globals';
import { createAutoSource } from '../../../device/capture/auto-source.ts';
import { systemClock } from '../../../device/capture/clock.ts';
import { findCameras } from '../../../device/capture/find-cameras.ts';
import { createSource } from '../../../device/capture/open-source.ts';
import { runProgram } from '../../../device/capture/program-run.ts';
import { parseCameraList } from '../../../device/capture/rpicam-program.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { installStandInPicamera2 } from '../../support/stand-in-picamera2.ts';
import { installStandInRpicam } from '../../support/stand-in-rpicam.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { RecordingSink } from '../recording-sink.ts';

const VIDEO = { width: 320, height: 180, fps: 15, bitrateKbps: 500, keyframeIntervalS: 2 };
const START_TIMEOUT_MS = 20_000;
const listUsb = () => Promise.resolve([]);
const resources = resourcesOfEachTest();

test('a machine with everything', async () => {
  resources.own(installStandInPicamera2());
  resources.own(installStandInRpicam());
  const camera = { device: '/dev/v4l/by-id/usb-x-video-index0', name: 'x' };
  const findings = await findCameras({ listUsb: () => Promise.resolve([camera]) });
  expect(findings).toMatchObject({
    picamera2: { kind: 'cameras', models: ['imx708'] },
    rpicam: {
      kind: 'cameras',
      cameras: [
        { number: 0, model: 'imx708' },
        { number: 1, model: 'ov5647' },
      ],
    },
    usb: { kind: 'cameras', cameras: [camera] },
  });
});

test('a machine with the programs and without a camera', async () => {
  resources.own(installStandInPicamera2('no-camera'));
  resources.own(installStandInRpicam({ behaviour: 'no-camera' }));
  expect(await findCameras({ listUsb })).toMatchObject({
    picamera2: { kind: 'no-camera' },
    rpicam: { kind: 'no-camera' },
    usb: { kind: 'no-camera' },
  });
});

test('a machine with nothing', async () => {
  expect(await findCameras({ listUsb, run: () => Promise.resolve({ kind: 'missing' }) })).toEqual({
    picamera2: { kind: 'not-installed' },
    rpicam: { kind: 'not-installed' },
    usb: { kind: 'no-camera' },
  });
});

test('programs that hang are given up', async () => {
  const run = () => Promise.resolve({ kind: 'timed-out' } as const);
  expect(await findCameras({ listUsb, run })).toMatchObject({
    picamera2: { kind: 'broken', problem: 'no answer within 20 s' },
    rpicam: { kind: 'broken' },
  });
  expect(await runProgram('sleep', ['10'], 100)).toEqual({ kind: 'timed-out' });
});

test('the list of cameras is read as the real one prints it', () => {
  expect(parseCameraList('No cameras available!\n')).toEqual([]);
  expect(parseCameraList('0 : imx219 [3280x2464 10-bit RGGB] (/base/soc/i2c0mux/i2c@1/imx219@10)\n')).toEqual(
    [{ number: 0, model: 'imx219', path: '/base/soc/i2c0mux/i2c@1/imx219@10' }],
  );
});

test('auto streams from the best camera, and can then do what that one can', async () => {
  resources.own(installStandInPicamera2());
  const source = createSource('auto', VIDEO, silentLogger, systemClock);
  resources.onEnd('source', () => source.stop());
  expect(source.takeSnapshot).toBeUndefined();
  const sink = new RecordingSink();
  source.start(sink);
  await waitUntil('pictures', sink.received(3), START_TIMEOUT_MS);
  expect(source.description).toBe('camera 0 by Picamera2');
  const jpeg = await source.takeSnapshot?.({ stream: 'lores', quality: 70 });
  expect(jpeg?.subarray(0, 2).toString('hex')).toBe('ffd8');
});

test('auto without any camera says what it looked for and what to install', async () => {
  const sink = new RecordingSink();
  createAutoSource({
    create: (spec) => createSource(spec, VIDEO, silentLogger),
    logger: silentLogger,
    find: () => findCameras({ listUsb, run: () => Promise.resolve({ kind: 'missing' }) }),
  }).start(sink);
  expect((await sink.ended()).message).toMatch(
    /no camera was found. Looked for Picamera2: not installed.*rpicam-vid: not installed; USB: no camera.*sudo apt install/,
  );
});
