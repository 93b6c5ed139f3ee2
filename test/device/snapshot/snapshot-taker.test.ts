import { describe, expect, test } from '@jest/globals';
import { CameraError } from '../../../contract/errors.ts';
import { MAX_SNAPSHOT_BYTES } from '../../../contract/limits.ts';
import { type EncodeJpeg, qscaleFor } from '../../../device/snapshot/jpeg-encoder.ts';
import { jpegSizeOf } from '../../../device/snapshot/jpeg-size.ts';
import { SnapshotTaker } from '../../../device/snapshot/snapshot-taker.ts';
import type { AccessUnit } from '../../../media/access-unit.ts';
import { accessUnitsOf, readRecording } from '../../media/rpicam-recordings.ts';
import { ManualClock } from '../manual-clock.ts';
import { runFfmpeg } from '../run-ffmpeg.ts';

const [KEYFRAME] = accessUnitsOf(readRecording('recommended-1080p30'));

function streamOf(keyframe = KEYFRAME) {
  if (!keyframe) throw new Error('the recording is empty');
  const stream = {
    keyframe: keyframe as AccessUnit | undefined,
    waits: 0,
    newestKeyframe: () => stream.keyframe,
    nextKeyframe: () => {
      stream.waits += 1;
      return Promise.resolve(keyframe);
    },
  };
  return stream;
}

/** The head of a JPEG of this size, filled up with zeros. */
function fakeJpeg(width: number, bytes: number): Buffer {
  const jpeg = Buffer.alloc(bytes);
  Buffer.from('ffd8ffe00004aabbffc0001108', 'hex').copy(jpeg);
  jpeg.writeUInt16BE(Math.round((width * 9) / 16), 13);
  jpeg.writeUInt16BE(width, 15);
  return jpeg;
}

describe('with ffmpeg', () => {
  test('the newest key frame becomes a JPEG of the stream’s size', async () => {
    const { jpeg, width, height } = await new SnapshotTaker({ stream: streamOf() }).take();
    expect([width, height]).toEqual([1920, 1080]);
    expect(jpeg.length).toBeLessThanOrEqual(MAX_SNAPSHOT_BYTES);
    await runFfmpeg(['-f', 'mjpeg', '-i', 'pipe:0', '-f', 'null', '-'], jpeg);
  });

  test.each([
    { asked: 320, width: 320, height: 180 },
    { asked: 333, width: 333, height: 188 },
    { asked: 4096, width: 1920, height: 1080 },
  ])('a width of $asked gives $width x $height', async ({ asked, width, height }) => {
    const snapshot = await new SnapshotTaker({ stream: streamOf() }).take({ width: asked });
    expect([snapshot.width, snapshot.height]).toEqual([width, height]);
  });

  test('a better quality is more bytes', async () => {
    const taker = new SnapshotTaker({ stream: streamOf() });
    const poor = await taker.take({ width: 640, quality: 1 });
    const good = await taker.take({ width: 640, quality: 90 });
    expect(good.jpeg.length).toBeGreaterThan(1.5 * poor.jpeg.length);
  });

  test('a picture too rich for the limit gets a lower quality until it fits', async () => {
    const noise = ['-f', 'lavfi', '-i', 'nullsrc=size=1280x720,geq=random(1)*255:128:128', '-frames:v', '1'];
    const h264 = await runFfmpeg([
      ...noise,
      '-c:v',
      'libx264',
      '-qp',
      '20',
      '-pix_fmt',
      'yuv420p',
      '-f',
      'h264',
      'pipe:1',
    ]);
    const snapshot = await new SnapshotTaker({ stream: streamOf(accessUnitsOf(h264)[0]) }).take({
      quality: 100,
    });
    expect(snapshot.jpeg.length).toBeLessThanOrEqual(MAX_SNAPSHOT_BYTES);
  });

  test('a key frame that is damaged is a CameraError', async () => {
    const damaged = { nalUnits: [Buffer.from('6588', 'hex')], captureTimeUs: 0, isKeyframe: true };
    const taking = new SnapshotTaker({ stream: streamOf(damaged) }).take();
    await expect(taking).rejects.toThrow(CameraError);
  });

  test('close ends what is under way', async () => {
    const taker = new SnapshotTaker({ stream: streamOf() });
    const taking = taker.take();
    taker.close();
    await expect(taking).rejects.toMatchObject({ code: 'offline' });
  });
});

describe('without', () => {
  function setUp(options: { readonly bytesFor?: (quality: number, width: number) => number } = {}) {
    const calls: { readonly width: number | undefined; readonly quality: number }[] = [];
    const pending: (() => void)[] = [];
    const encodeJpeg: EncodeJpeg = async (_, { width, quality }) => {
      calls.push({ width, quality });
      await new Promise<void>((resolve) => pending.push(resolve));
      return fakeJpeg(width ?? 1920, options.bytesFor?.(quality, width ?? 1920) ?? 1000);
    };
    const finishAll = async () => {
      for (let i = 0; i < 50; i += 1) {
        await new Promise<void>((resolve) => setImmediate(resolve));
        for (const finish of pending.splice(0)) finish();
      }
    };
    const stream = streamOf();
    const clock = new ManualClock();
    const taker = new SnapshotTaker({ stream, encodeJpeg, clock, now: () => 5_000_000 });
    return { taker, stream, clock, calls, pending, finishAll };
  }

  test('equal requests at the same time share one picture', async () => {
    const { taker, calls, finishAll } = setUp();
    const taking = Promise.all([taker.take({ width: 320 }), taker.take({ width: 320 }), taker.take()]);
    await finishAll();
    const [one, other] = await taking;
    expect(calls).toHaveLength(2);
    expect(one).toBe(other);
  });

  test('a request is answered again from the same key frame, and anew from the next', async () => {
    const { taker, stream, calls, finishAll } = setUp();
    void finishAll();
    const first = await taker.take();
    expect(await taker.take()).toBe(first);
    expect(calls).toHaveLength(1);
    if (stream.keyframe) stream.keyframe = { ...stream.keyframe };
    void finishAll();
    await taker.take();
    expect(calls).toHaveLength(2);
  });

  test('two are made at a time, some wait, the rest is told to come back', async () => {
    const { taker, calls, finishAll } = setUp();
    const results = Array.from({ length: 20 }, (_, i) =>
      taker.take({ width: 100 + i }).then(
        () => 'made',
        (error: unknown) => (error as CameraError).code,
      ),
    );
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(calls).toHaveLength(2);
    await finishAll();
    const outcomes = await Promise.all(results);
    expect(outcomes.filter((outcome) => outcome === 'made')).toHaveLength(18);
    expect(outcomes.filter((outcome) => outcome === 'busy')).toHaveLength(2);
  });

  test('a camera that is off is turned on for it', async () => {
    const { taker, stream, finishAll } = setUp();
    stream.keyframe = undefined;
    void finishAll();
    await taker.take();
    expect(stream.waits).toBe(1);
  });

  test('the time is that of the picture, not of the request', async () => {
    const { taker, stream, clock, finishAll } = setUp();
    if (stream.keyframe) stream.keyframe = { ...stream.keyframe, captureTimeUs: clock.nowUs() };
    clock.advance(1500);
    void finishAll();
    expect((await taker.take()).ts).toBe(5_000_000 - 1500);
  });

  test('quality goes first, then size, and in the end it says so', async () => {
    const { taker, calls, finishAll } = setUp({ bytesFor: () => MAX_SNAPSHOT_BYTES + 1 });
    const taking = expect(taker.take({ quality: 80 })).rejects.toMatchObject({ code: 'too_large' });
    await finishAll();
    await taking;
    expect(calls).toEqual([
      { width: undefined, quality: 80 },
      { width: 1920, quality: 56 },
      { width: 1920, quality: 32 },
      { width: 960, quality: 32 },
      { width: 480, quality: 1 },
    ]);
  });
});

test('quality 1 to 100 is ffmpeg’s 31 to 2', () => {
  expect([1, 50, 100, 1000, -5].map(qscaleFor)).toEqual([31, 17, 2, 2, 31]);
});

test('what is no JPEG has no size', () => {
  expect(jpegSizeOf(Buffer.alloc(0))).toBeUndefined();
  expect(jpegSizeOf(Buffer.alloc(1000))).toBeUndefined();
  expect(jpegSizeOf(Buffer.from('ffd8ffda0004aabbffc0001108', 'hex'))).toBeUndefined();
  expect(jpegSizeOf(fakeJpeg(640, 100))).toEqual({ width: 640, height: 360 });
});
