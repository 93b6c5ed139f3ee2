import { afterEach, expect, test } from '@jest/globals';
import { createSource } from '../../../device/capture/open-source.ts';
import { LiveStream } from '../../../device/live-stream/live-stream.ts';
import type { Picture } from '../../../device/live-stream/picture.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { childrenNamed, isRunning } from '../child-processes.ts';
import { depacketize } from '../depacketize.ts';
import { RecordingViewer } from '../recording-viewer.ts';
import { runFfmpeg } from '../run-ffmpeg.ts';

const VIDEO = { width: 640, height: 360, fps: 30, bitrateKbps: 1000, keyframeIntervalS: 2 };
let stream: LiveStream | undefined;

afterEach(() => stream?.close());

function openStream(spec = 'test'): LiveStream {
  const source = createSource(spec, VIDEO, silentLogger);
  stream = new LiveStream({ source, logger: silentLogger, lingerMs: 50 });
  return stream;
}

class WaitingViewer extends RecordingViewer {
  #waiting: { readonly count: number; readonly resolve: () => void } | undefined;

  override handlePicture(picture: Picture): void {
    super.handlePicture(picture);
    if (this.#waiting && this.pictures.length >= this.#waiting.count) this.#waiting.resolve();
  }

  async received(count: number): Promise<void> {
    if (this.pictures.length >= count) return;
    await new Promise<void>((resolve) => (this.#waiting = { count, resolve }));
  }
}

test('two viewers watch one encoder, which is gone a little after they are', async () => {
  const live = openStream();
  const [one, other] = [new WaitingViewer(), new WaitingViewer()];
  const leaves = [live.join(one), live.join(other)];
  await Promise.all([one.received(10), other.received(10)]);
  const encoders = await childrenNamed('ffmpeg');
  expect(encoders).toHaveLength(1);
  const stopped = new Promise<void>((resolve) =>
    live.onChange(() => {
      if (!live.running) resolve();
    }),
  );
  for (const leave of leaves) leave();
  await stopped;
  await live.stop();
  expect(await childrenNamed('ffmpeg')).toEqual([]);
});

test('who joins in the middle decodes from the first picture on without a fault', async () => {
  const live = openStream();
  const first = new WaitingViewer();
  live.join(first);
  await first.received(20);
  const late = new WaitingViewer();
  live.join(late);
  expect(late.kinds).toMatch(/^Kp{19,}$/);
  await late.received(90);
  const { pictures } = late;
  const timestamps = pictures.map(({ rtpTimestamp }) => rtpTimestamp);
  expect(timestamps).toEqual([...new Set(timestamps)].sort((a, b) => a - b));
  await runFfmpeg(['-f', 'h264', '-i', 'pipe:0', '-f', 'null', '-'], depacketize(pictures));
});

test('an encoder that is killed is started again, and its viewers see on', async () => {
  const live = openStream();
  const viewer = new WaitingViewer();
  live.join(viewer);
  await viewer.received(5);
  const [encoder = 0] = await childrenNamed('ffmpeg');
  process.kill(encoder, 'SIGKILL');
  const before = viewer.pictures.length;
  await viewer.received(before + 30);
  expect(await isRunning(encoder)).toBe(false);
  expect(viewer.ends).toEqual([]);
  expect(live.error).toBeNull();
  await runFfmpeg(['-f', 'h264', '-i', 'pipe:0', '-f', 'null', '-'], depacketize(viewer.pictures));
});

test('a file that cannot be played ends its viewer with the reason', async () => {
  const live = openStream('file:/no/such/recording.h264');
  const viewer = new RecordingViewer();
  const failed = new Promise<void>((resolve) =>
    live.onChange(() => {
      if (live.error) resolve();
    }),
  );
  live.join(viewer);
  await failed;
  expect(live.error?.message).toMatch(/recording\.h264 does not exist/);
  expect(viewer.ends).toEqual([live.error]);
});
