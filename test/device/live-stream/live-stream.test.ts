import { describe, expect, test } from '@jest/globals';
import { LiveStream } from '../../../device/live-stream/live-stream.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { NalType, nalTypeOf } from '../../../media/h264-nal.ts';
import { FakeSource } from '../fake-source.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingViewer } from '../recording-viewer.ts';

const LINGER_MS = 5000;

function setUp(gopBounds = { maxPictures: 100, maxBytes: 10_000 }) {
  const clock = new ManualClock();
  const source = new FakeSource(clock);
  const stream = new LiveStream({ source, clock, logger: silentLogger, lingerMs: LINGER_MS, gopBounds });
  return { clock, source, stream };
}

/** Lets promises that are settled run on. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('who starts and stops the camera', () => {
  test('nobody has to watch for it to be off', () => {
    const { source, stream } = setUp();
    expect(source.starts).toBe(0);
    expect(stream.running).toBe(false);
  });

  test('two viewers share one start', () => {
    const { source, stream } = setUp();
    stream.join(new RecordingViewer());
    stream.join(new RecordingViewer());
    expect(source.starts).toBe(1);
    expect([stream.running, stream.viewers]).toEqual([true, 2]);
  });

  test('it stops a little after the last has left', async () => {
    const { clock, source, stream } = setUp();
    const leaves = [stream.join(new RecordingViewer()), stream.join(new RecordingViewer())];
    leaves[0]?.();
    clock.advance(LINGER_MS);
    expect(source.stops).toBe(0);
    leaves[1]?.();
    clock.advance(LINGER_MS - 1);
    expect(source.stops).toBe(0);
    clock.advance(1);
    await settled();
    expect([source.stops, source.running, stream.running]).toEqual([1, false, false]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('leaving twice counts once', () => {
    const { stream } = setUp();
    const leave = stream.join(new RecordingViewer());
    stream.join(new RecordingViewer());
    leave();
    leave();
    expect(stream.viewers).toBe(1);
  });

  test('a viewer who comes back in time finds it still running', () => {
    const { clock, source, stream } = setUp();
    stream.join(new RecordingViewer())();
    clock.advance(LINGER_MS - 1);
    stream.join(new RecordingViewer());
    clock.advance(10 * LINGER_MS);
    expect([source.starts, source.stops]).toEqual([1, 0]);
  });

  test('start keeps it running without viewers until stop', async () => {
    const { clock, source, stream } = setUp();
    stream.start();
    stream.join(new RecordingViewer())();
    clock.advance(10 * LINGER_MS);
    expect(source.running).toBe(true);
    await stream.stop();
    expect(source.running).toBe(false);
  });

  test('stop ends every viewer without an error', async () => {
    const { source, stream } = setUp();
    const viewer = new RecordingViewer();
    stream.join(viewer);
    source.keyframe();
    await stream.stop();
    expect(viewer.ends).toEqual([undefined]);
    expect(stream.viewers).toBe(0);
    expect(stream.newestKeyframe()).toBeUndefined();
  });

  test('a viewer who joins while it stops gets a new start after the stop', async () => {
    const { source, stream } = setUp();
    source.isSlowToStop = true;
    stream.join(new RecordingViewer());
    const stopping = stream.stop();
    const late = new RecordingViewer();
    stream.join(late);
    expect(source.starts).toBe(1);
    source.finishStop();
    await stopping;
    expect(source.starts).toBe(2);
    source.keyframe();
    expect(late.kinds).toBe('K');
    expect(late.ends).toEqual([]);
  });

  test('after close it takes no viewer', async () => {
    const { stream } = setUp();
    await stream.close();
    expect(() => stream.join(new RecordingViewer())).toThrow('shutting down');
  });
});

describe('what a viewer gets', () => {
  test('who joins in the middle of a group of pictures gets it at once, from its key frame on', () => {
    const { source, stream } = setUp();
    stream.start();
    source.keyframe();
    source.picture();
    source.keyframe();
    source.picture();
    source.picture();
    const viewer = new RecordingViewer();
    stream.join(viewer);
    expect(viewer.kinds).toBe('Kpp');
    source.picture();
    expect(viewer.kinds).toBe('Kppp');
  });

  test('who joins a long way from the last key frame also has a new one asked for; who joins near it costs none', () => {
    const { clock, source, stream } = setUp();
    stream.start();
    source.keyframe();
    clock.advance(500);
    source.picture();
    stream.join(new RecordingViewer());
    expect(source.keyframeRequests).toBe(0);
    clock.advance(1);
    source.picture();
    const late = new RecordingViewer();
    stream.join(late);
    expect(late.kinds).toBe('Kpp');
    expect(source.keyframeRequests).toBe(1);
    source.keyframe();
    stream.join(new RecordingViewer());
    expect(source.keyframeRequests).toBe(1);
  });

  test('all viewers share the very same packets', () => {
    const { source, stream } = setUp();
    const [one, other] = [new RecordingViewer(), new RecordingViewer()];
    stream.join(one);
    stream.join(other);
    source.keyframe();
    expect(one.pictures[0]).toBe(other.pictures[0]);
    expect(one.pictures[0]?.packets.at(-1)?.marker).toBe(true);
  });

  test('pictures before the first key frame are not shown', () => {
    const { source, stream } = setUp();
    const viewer = new RecordingViewer();
    stream.join(viewer);
    source.picture();
    source.keyframe();
    expect(viewer.kinds).toBe('K');
  });

  test('every key frame has SPS and PPS in front, also when the encoder sends them only once', () => {
    const { source, stream } = setUp();
    stream.start();
    source.keyframe({ withParameterSets: false });
    expect(stream.newestKeyframe()).toBeUndefined();
    source.keyframe();
    source.keyframe({ withParameterSets: false });
    const types = stream.newestKeyframe()?.nalUnits.map(nalTypeOf);
    expect(types).toEqual([NalType.sps, NalType.pps, NalType.idr]);
  });

  test('timestamps follow the capture at 90 kHz and grow even when pictures come together', () => {
    const { clock, source, stream } = setUp();
    const viewer = new RecordingViewer();
    stream.join(viewer);
    source.keyframe();
    source.picture();
    clock.advance(100);
    source.picture();
    const [first = 0, second = 0, third = 0] = viewer.pictures.map(({ rtpTimestamp }) => rtpTimestamp);
    expect(second - first).toBe(1);
    expect(third - first).toBe(9000);
  });

  test.each([
    { bound: 'pictures', bounds: { maxPictures: 3, maxBytes: 10_000 }, pictureBytes: 2 },
    { bound: 'bytes', bounds: { maxPictures: 100, maxBytes: 1000 }, pictureBytes: 400 },
  ])('a group that outgrows its $bound is not kept; who joins waits for the next key frame', (limits) => {
    const { source, stream } = setUp(limits.bounds);
    stream.start();
    source.keyframe();
    for (let i = 0; i < 5; i += 1) source.picture(limits.pictureBytes);
    const viewer = new RecordingViewer();
    stream.join(viewer);
    expect(viewer.kinds).toBe('');
    expect(source.keyframeRequests).toBe(1);
    expect(stream.newestKeyframe()).toBeDefined();
    source.picture();
    source.keyframe();
    source.picture();
    expect(viewer.kinds).toBe('Kp');
  });

  test('a congested viewer goes on with the next key frame; the other misses nothing', () => {
    const { source, stream } = setUp();
    const [slow, quick] = [new RecordingViewer(), new RecordingViewer()];
    stream.join(slow);
    stream.join(quick);
    source.keyframe();
    slow.congested = true;
    source.picture();
    slow.congested = false;
    source.picture();
    source.keyframe();
    source.picture();
    expect(slow.kinds).toBe('KKp');
    expect(quick.kinds).toBe('KppKp');
  });

  test('a viewer that throws is ended alone', () => {
    const { source, stream } = setUp();
    const [broken, healthy] = [new RecordingViewer(), new RecordingViewer()];
    broken.handlePicture = () => {
      throw new Error('no more memory');
    };
    stream.join(broken);
    stream.join(healthy);
    source.keyframe();
    source.picture();
    expect(broken.ends).toHaveLength(1);
    expect(broken.ends[0]?.code).toBe('internal');
    expect(healthy.kinds).toBe('Kp');
    expect(stream.viewers).toBe(1);
  });
});

describe('when the camera fails', () => {
  test('while it plays, viewers stay and go on after a restart', () => {
    const { clock, source, stream } = setUp();
    const viewer = new RecordingViewer();
    stream.join(viewer);
    source.keyframe();
    source.fail('the cable was pulled');
    expect(stream.error?.message).toBe('the cable was pulled');
    expect(stream.running).toBe(false);
    clock.advance(500);
    expect(source.starts).toBe(2);
    source.picture();
    source.keyframe();
    expect(viewer.kinds).toBe('KK');
    expect(viewer.ends).toEqual([]);
    expect(stream.error).toBeNull();
  });

  test('before its first picture, viewers are told and nobody keeps it trying', () => {
    const { clock, source, stream } = setUp();
    const viewer = new RecordingViewer();
    stream.join(viewer);
    source.fail('the camera is in use', { code: 'busy' });
    expect(viewer.ends[0]).toMatchObject({ code: 'busy', message: 'the camera is in use' });
    expect(stream.error).toBe(viewer.ends[0]);
    clock.advance(60_000);
    expect(source.starts).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test('whoever comes before it is tried again is told why, and does not wait', async () => {
    const { clock, source, stream } = setUp();
    stream.join(new RecordingViewer());
    source.fail('it has B-frames', { isFinal: true });
    expect(() => stream.join(new RecordingViewer())).toThrow('it has B-frames');
    await expect(stream.nextKeyframe(1_000)).rejects.toThrow('it has B-frames');
    expect([source.starts, stream.viewers]).toEqual([1, 0]);
    clock.advance(500);
    const viewer = new RecordingViewer();
    stream.join(viewer);
    source.keyframe();
    expect(viewer.kinds).toBe('K');
  });

  test('a stop lets the next viewer try at once', async () => {
    const { clock, source, stream } = setUp();
    stream.join(new RecordingViewer());
    source.fail();
    await stream.stop();
    stream.join(new RecordingViewer());
    clock.advance(500);
    expect(source.starts).toBe(2);
  });

  test('for good, viewers are told even while it plays', () => {
    const { source, stream } = setUp();
    const viewer = new RecordingViewer();
    stream.join(viewer);
    source.keyframe();
    source.fail('it has B-frames', { isFinal: true });
    expect(viewer.ends[0]?.message).toBe('it has B-frames');
  });

  test('again and again, the pauses grow to half a minute and no further', () => {
    const { clock, source, stream } = setUp();
    stream.start();
    const pausesMs: number[] = [];
    for (let failure = 0; failure < 9; failure += 1) {
      const startsBefore = source.starts;
      const failedAtUs = clock.nowUs();
      source.fail();
      while (source.starts === startsBefore) clock.advance(100);
      pausesMs.push((clock.nowUs() - failedAtUs) / 1000);
    }
    expect(pausesMs).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  test('after a long good run, the pauses begin anew', () => {
    const { clock, source, stream } = setUp();
    stream.start();
    for (let failure = 0; failure < 4; failure += 1) {
      source.fail();
      clock.advance(30_000);
    }
    expect(source.starts).toBe(5);
    clock.advance(10_000);
    source.fail();
    clock.advance(500);
    expect(source.starts).toBe(6);
  });

  test('already when it is started, that is a failure like any other', () => {
    const { source, stream } = setUp();
    const viewer = new RecordingViewer();
    source.start = () => {
      throw new Error('out of memory');
    };
    stream.join(viewer);
    expect(viewer.ends[0]?.message).toBe('the fake camera cannot be started.');
    expect([stream.running, stream.viewers]).toEqual([false, 0]);
  });

  test('to stop, it still can be started again', async () => {
    const { source, stream } = setUp();
    source.stop = () => Promise.reject(new Error('the driver hangs'));
    stream.start();
    await stream.stop();
    expect(stream.running).toBe(false);
  });

  test('viewers who keep coming do not shorten the pause', () => {
    const { clock, source, stream } = setUp();
    stream.join(new RecordingViewer());
    source.fail();
    for (let waitedMs = 0; waitedMs < 500; waitedMs += 100) {
      expect(() => stream.join(new RecordingViewer())).toThrow('it broke');
      clock.advance(100);
    }
    expect(source.starts).toBe(1);
    stream.join(new RecordingViewer());
    expect(source.starts).toBe(2);
  });

  test('stop during the pause cancels the restart', async () => {
    const { clock, source, stream } = setUp();
    stream.start();
    source.fail();
    await stream.stop();
    clock.advance(60_000);
    expect(source.starts).toBe(1);
    expect(stream.error).toBeNull();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('key frames on request', () => {
  test('many requests reach the encoder at most twice a second', () => {
    const { clock, source, stream } = setUp();
    stream.start();
    for (let i = 0; i < 20; i += 1) stream.requestKeyframe();
    expect(source.keyframeRequests).toBe(1);
    clock.advance(499);
    expect(source.keyframeRequests).toBe(1);
    clock.advance(1);
    expect(source.keyframeRequests).toBe(2);
    clock.advance(5000);
    expect(source.keyframeRequests).toBe(2);
  });

  test('a key frame that comes meanwhile answers those that wait', () => {
    const { clock, source, stream } = setUp();
    stream.start();
    stream.requestKeyframe();
    stream.requestKeyframe();
    source.keyframe();
    clock.advance(5000);
    expect(source.keyframeRequests).toBe(1);
  });

  test('nextKeyframe turns the camera on without counting as a viewer, and off again', async () => {
    const { clock, source, stream } = setUp();
    const next = stream.nextKeyframe(1000);
    expect([stream.running, stream.viewers]).toEqual([true, 0]);
    source.keyframe();
    expect((await next).isKeyframe).toBe(true);
    clock.advance(LINGER_MS);
    await settled();
    expect(source.running).toBe(false);
    expect(clock.pendingTimers).toBe(0);
  });

  test('nextKeyframe gives up after its time', async () => {
    const { clock, stream } = setUp();
    const next = expect(stream.nextKeyframe(1000)).rejects.toMatchObject({ code: 'timeout' });
    clock.advance(1000);
    await next;
  });

  test('nextKeyframe says why the camera failed', async () => {
    const { source, stream } = setUp();
    const next = expect(stream.nextKeyframe(1000)).rejects.toThrow('no camera found');
    source.fail('no camera found');
    await next;
  });

  test('nextKeyframe ends when the camera is stopped', async () => {
    const { stream } = setUp();
    const next = expect(stream.nextKeyframe(1000)).rejects.toMatchObject({ code: 'not_live' });
    await stream.stop();
    await next;
  });
});

describe('changes', () => {
  test('are told once each: running, viewers and error', async () => {
    const { source, stream } = setUp();
    const seen: string[] = [];
    stream.onChange(() =>
      seen.push(`${stream.running ? 'on' : 'off'} ${stream.viewers} ${stream.error?.code ?? 'ok'}`),
    );
    const leave = stream.join(new RecordingViewer());
    source.keyframe();
    source.picture();
    leave();
    await stream.stop();
    expect(seen.at(0)).toContain('on');
    expect(seen).toEqual([...new Set(seen)]);
    expect(seen.at(-1)).toBe('off 0 ok');
  });

  test('a listener that throws does not disturb the stream, and one that left hears nothing', () => {
    const { source, stream } = setUp();
    let calls = 0;
    stream.onChange(() => {
      throw new Error('broken listener');
    });
    const forget = stream.onChange(() => (calls += 1));
    forget();
    const viewer = new RecordingViewer();
    stream.join(viewer);
    source.keyframe();
    expect(viewer.kinds).toBe('K');
    expect(calls).toBe(0);
  });
});
