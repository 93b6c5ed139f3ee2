import { expect, test } from '@jest/globals';
import { BitrateControl } from '../../../device/bitrate/bitrate-control.ts';
import { LiveStream } from '../../../device/live-stream/live-stream.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { FakeSource } from '../fake-source.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingViewer } from '../recording-viewer.ts';

function setUp({ canFollow = true } = {}) {
  const clock = new ManualClock();
  const camera = new FakeSource(clock);
  const stream = new LiveStream({ source: camera, clock, logger: silentLogger });
  const told: number[] = [];
  const source = {
    description: 'the USB camera',
    ...(canFollow && { setBitrate: (kbps: number) => void told.push(kbps) }),
  };
  const control = new BitrateControl({ source, stream, fullKbps: 2000, logger: silentLogger, clock });
  control.open();
  return { clock, camera, stream, told, control };
}

const narrow = { kind: 'loss', lossShare: 0.4, streamKbps: 2000 } as const;

test('wishes reach the source, and end with the last viewer', async () => {
  const { stream, told, control } = setUp();
  expect(() => control.wish('a', 1500)).toThrow(/is off/u);
  const leave = stream.join(new RecordingViewer());
  expect(control.wish('a', 1500)).toEqual({ kbps: 1500, target: 1500 });
  expect(control.wish('a', 0)).toEqual({ kbps: 1500, target: 2000 });
  expect(told).toEqual([1500]);
  leave();
  expect(told).toEqual([1500, 2000]);
  control.close();
  await stream.close();
});

test("a peer's wish ends with its last view, that of the switch does not", async () => {
  const { clock, stream, told, control } = setUp();
  stream.join(new RecordingViewer());
  control.wish(undefined, 1200);
  control.wish('a', 1600);
  clock.advance(10_000);
  control.handleLinkEnd('one view', 'a', false);
  expect(told).toEqual([1200, 1600]);
  control.handleLinkEnd('other view', 'a', true);
  expect(told).toEqual([1200, 1600, 1200]);
  control.close();
  await stream.close();
});

test('a link is followed, also across a restart of the camera, and forgotten with its viewer', async () => {
  const { clock, camera, stream, told, control } = setUp();
  stream.join(new RecordingViewer());
  control.handleLinkReport('view', narrow);
  clock.advance(3_000);
  control.handleLinkReport('view', narrow);
  expect(told).toEqual([1200]);
  camera.keyframe();
  camera.fail();
  clock.advance(500);
  expect(camera.starts).toBe(2);
  expect(told).toEqual([1200]);
  control.handleLinkEnd('view', 'a', true);
  clock.advance(10_000);
  expect(told).toEqual([1200, 2000]);
  control.close();
  await stream.close();
});

test('a source that cannot follow is refused in words, and links leave it alone', async () => {
  const { clock, stream, control } = setUp({ canFollow: false });
  stream.start();
  expect(() => control.wish('a', 1500)).toThrow(
    /the USB camera cannot change its bit rate while it runs; .*video\.bitrateRestartPauseS/u,
  );
  control.handleLinkReport('view', narrow);
  clock.advance(3_000);
  control.handleLinkReport('view', narrow);
  expect(clock.pendingTimers).toBe(0);
  control.close();
  await stream.close();
});
