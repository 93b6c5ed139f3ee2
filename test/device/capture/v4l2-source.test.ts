import { expect, test } from '@jest/globals';
import { systemClock } from '../../../device/capture/clock.ts';
import { explainV4l2Failure } from '../../../device/capture/v4l2-failures.ts';
import { createV4l2Source, hardwareCommand, softwareCommand } from '../../../device/capture/v4l2-source.ts';
import { parseV4l2Spec } from '../../../device/capture/v4l2-spec.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { RecordingSink } from '../recording-sink.ts';

const VIDEO = { width: 1280, height: 720, fps: 30, bitrateKbps: 2000, keyframeIntervalS: 2 };
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

test('the hardware encoder is taken only where it is', async () => {
  const spec = parseV4l2Spec('/dev/picam-has-no-such-device?encoder=hardware');
  for (const [isThere, description] of [
    [true, /on the hardware encoder$/],
    [false, /no-such-device$/],
  ] as const) {
    const infos: string[] = [];
    const logger = { ...silentLogger, info: (message: string) => infos.push(message) };
    const sink = new RecordingSink();
    createV4l2Source(spec, VIDEO, systemClock, logger, () => Promise.resolve(isThere)).start(sink);
    expect((await sink.ended()).message).toMatch(/no-such-device is not there; plug it in/);
    expect(infos[0]).toMatch(description);
  }
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
