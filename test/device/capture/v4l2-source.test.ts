import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../device/capture/clock.ts';
import { createSource } from '../../../device/capture/open-source.ts';
import { explainV4l2Failure } from '../../../device/capture/v4l2-failures.ts';
import { createV4l2Source, hardwareCommand, softwareCommand } from '../../../device/capture/v4l2-source.ts';
import { parseV4l2Spec } from '../../../device/capture/v4l2-spec.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { installStandInUsbCamera, type UsbCameraBehaviour } from '../../support/stand-in-usb-camera.ts';
import { RecordingSink } from '../recording-sink.ts';

const VIDEO = { width: 1280, height: 720, fps: 30, bitrateKbps: 2000, keyframeIntervalS: 2 };
const SMALL_VIDEO = { width: 320, height: 180, fps: 30, bitrateKbps: 500, keyframeIntervalS: 1 };
const resources = resourcesOfEachTest();
const CAMERA = '/dev/v4l/by-id/usb-046d_HD_Pro_Webcam_C920_ABC-video-index0';

test('the command line for a camera that gives MJPEG, with x264', () => {
  expect(softwareCommand(parseV4l2Spec(CAMERA), VIDEO).args.join(' ')).toContain(
    `-f v4l2 -input_format mjpeg -video_size 1280x720 -framerate 30 -i ${CAMERA} -an ` +
      '-vf scale=out_range=tv,format=yuv420p -c:v libx264 -preset ultrafast -tune zerolatency -profile:v baseline ' +
      '-x264-params threads=1:sliced-threads=0 -g 60 -b:v 2000k -maxrate 2000k -bufsize 1000k',
  );
});

test('the command line for the hardware encoder', () => {
  const spec = parseV4l2Spec('/dev/video0?format=yuyv422&encoder=hardware');
  expect(hardwareCommand(spec, VIDEO).args.join(' ')).toMatch(
    /-input_format yuyv422 .* -c:v h264_v4l2m2m -num_capture_buffers 16 .*-f h264 pipe:1$/,
  );
});

describe('the encoder', () => {
  const start = (options: string, hasHardware: boolean, behaviour?: UsbCameraBehaviour) => {
    const camera = resources.own(installStandInUsbCamera(behaviour));
    const spec = parseV4l2Spec(`${camera.device}${options}`);
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (line: string) => void warnings.push(line) };
    const find = () => Promise.resolve(hasHardware);
    const source = createV4l2Source(spec, SMALL_VIDEO, systemClock, logger, find);
    resources.onEnd('source', () => source.stop());
    const run = () => {
      const sink = new RecordingSink();
      source.start(sink);
      return sink;
    };
    const encoders = () => camera.starts().map((words) => words[words.indexOf('-c:v') + 1]);
    return { camera, source, run, encoders, warnings };
  };

  test.each([
    ['', true, 'h264_v4l2m2m'],
    ['', false, 'libx264'],
    ['?encoder=hardware', true, 'h264_v4l2m2m'],
    ['?encoder=hardware', false, 'libx264'],
    ['?encoder=software', true, 'libx264'],
  ])('of a camera "%s", with hardware there: %s, is %s', async (options, hasHardware, encoder) => {
    const { run, encoders } = start(options, hasHardware);
    await run().received(3);
    expect(encoders()).toEqual([encoder]);
  });

  test('is x264 from then on where the hardware gives no picture, which is told once', async () => {
    const { source, run, encoders, warnings } = start('', true, 'no-hardware-encoder');
    const first = run();
    await first.received(3);
    expect(first.errors).toEqual([]);
    await source.stop();
    await run().received(3);
    expect(encoders()).toEqual(['h264_v4l2m2m', 'libx264', 'libx264']);
    expect(warnings).toEqual([expect.stringMatching(/hardware encoder gave no picture .* does$/u)]);
  });

  test('of a camera that is plugged in later is the hardware after all', async () => {
    const { camera, run, encoders, warnings } = start('', true);
    camera.unplug();
    expect((await run().ended()).message).toMatch(/is not there; plug it in/u);
    camera.plugIn();
    await run().received(3);
    expect(encoders()).toEqual(['h264_v4l2m2m', 'libx264', 'h264_v4l2m2m']);
    expect(warnings).toEqual([]);
  });
});

test.each([
  ['busy', /used by another program/],
  ['forbidden', /usermod -aG video/],
] as const)('a camera that is %s is told in words', async (behaviour, words) => {
  const { device } = resources.own(installStandInUsbCamera(behaviour));
  const sink = new RecordingSink();
  createSource(`v4l2:${device}`, SMALL_VIDEO, silentLogger).start(sink);
  expect((await sink.ended()).message).toMatch(words);
});

test.each([
  '',
  'video0',
  '/etc/passwd',
  '/dev/../etc/passwd',
  '/dev/video0 -y /etc/passwd',
  '/dev/video0?format=h264',
  '/dev/video0?encoder=gpu',
  '/dev/video0?size=huge',
])('%j is refused', (text) => {
  expect(() => parseV4l2Spec(text)).toThrow(/source "v4l2:"/);
});

test.each([
  ['/dev/video0: Device or resource busy', /used by another program/],
  ['/dev/video0: Permission denied', /usermod -aG video/],
  [
    "[video4linux2,v4l2 @ 0x1] Cannot find a proper format for codec 'mjpeg' (id 7), pixel format 'none' (id -1)",
    /format=yuyv422/,
  ],
  ['ioctl(VIDIOC_QUERYCAP): Inappropriate ioctl for device', /is no camera/],
  ['[h264_v4l2m2m @ 0x1] Could not find a valid device', /leave out "encoder=hardware"/],
])('%s', (said, words) => {
  expect(explainV4l2Failure(said, '/dev/video0')?.message).toMatch(words);
});
