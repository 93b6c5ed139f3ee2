import { describe, expect, test } from '@jest/globals';
import { LiveStream } from '../../../device/live-stream/live-stream.ts';
import { RestWatch } from '../../../device/live-stream/rest-watch.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { FakeSource } from '../fake-source.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingViewer } from '../recording-viewer.ts';

const LINGER_MS = 5_000;
const A_WHILE_MS = 10_000;

function setUp() {
  const clock = new ManualClock();
  const source = new FakeSource(clock);
  const stream = new LiveStream({ source, clock, logger: silentLogger, lingerMs: LINGER_MS });
  const rests: number[] = [];
  const watch = new RestWatch({ stream, clock, handleRest: () => rests.push(clock.nowUs()) });
  watch.open();
  return { clock, source, stream, watch, rests };
}

/** Lets the promise of the camera's end run on. */
const cameraIsOff = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a camera at rest', () => {
  test('is told once a while after the start, and no more while it stays off', () => {
    const { clock, rests } = setUp();
    clock.advance(A_WHILE_MS - 1);
    expect(rests).toHaveLength(0);
    clock.advance(1);
    expect(rests).toHaveLength(1);
    clock.advance(10 * A_WHILE_MS);
    expect(rests).toHaveLength(1);
  });

  test('is not told while somebody watches, and once a while after the camera went off', () => {
    const { clock, source, stream, rests } = setUp();
    const leave = stream.join(new RecordingViewer());
    source.keyframe();
    stream.join(new RecordingViewer())();
    clock.advance(10 * A_WHILE_MS);
    expect(rests).toHaveLength(0);
    leave();
    clock.advance(LINGER_MS + A_WHILE_MS - 1);
    expect(rests).toHaveLength(0);
    clock.advance(1);
    expect(rests).toHaveLength(1);
  });

  test('is not told of a rest that was cut short', async () => {
    const { clock, stream, rests } = setUp();
    stream.join(new RecordingViewer())();
    clock.advance(LINGER_MS + A_WHILE_MS - 1);
    await cameraIsOff();
    stream.join(new RecordingViewer());
    clock.advance(10 * A_WHILE_MS);
    expect(rests).toHaveLength(0);
  });

  test('is not told after the end', () => {
    const { clock, watch, rests } = setUp();
    watch.close();
    clock.advance(A_WHILE_MS);
    expect([rests.length, clock.pendingTimers]).toEqual([0, 0]);
  });
});
