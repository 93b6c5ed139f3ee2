import { expect, test } from '@jest/globals';
import { gopBoundsOf } from '../../../device/live-stream/newest-gop.ts';

const MEBIBYTE = 1024 * 1024;

test.each([
  [{ fps: 30, keyframeIntervalS: 2, bitrateKbps: 2_000 }, 300, 8 * MEBIBYTE],
  [{ fps: 60, keyframeIntervalS: 10, bitrateKbps: 2_000 }, 900, 8 * MEBIBYTE],
  [{ fps: 30, keyframeIntervalS: 10, bitrateKbps: 8_000 }, 450, 15_000_000],
  [{ fps: 30, keyframeIntervalS: 60, bitrateKbps: 50_000 }, 2_700, 32 * MEBIBYTE],
])('the newest group of %j may have %d pictures and %d bytes', (video, maxPictures, maxBytes) => {
  expect(gopBoundsOf(video)).toEqual({ maxPictures, maxBytes });
});
