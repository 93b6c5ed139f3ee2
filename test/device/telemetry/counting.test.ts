import { describe, expect, test } from '@jest/globals';
import { LiveStream } from '../../../device/live-stream/live-stream.ts';
import { createTally } from '../../../device/telemetry/tally.ts';
import type { MediaTransport } from '../../../device/viewer-session/media-path/media-transport.ts';
import { RetransmissionRing } from '../../../device/viewer-session/media-path/retransmission-ring.ts';
import { VideoSender } from '../../../device/viewer-session/media-path/video-sender.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { FakeSource, PPS, SPS } from '../fake-source.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingViewer } from '../recording-viewer.ts';
import { nack } from '../viewer-session/media-path/feedback.ts';
import { takePictures } from '../viewer-session/media-path/made-pictures.ts';

const LONGEST_PAUSE_MS = 30_000;

describe('a live stream counts', () => {
  function setUp() {
    const clock = new ManualClock();
    const source = new FakeSource(clock);
    const tally = createTally();
    const stream = new LiveStream({ source, clock, tally, logger: silentLogger });
    return { clock, source, tally, stream };
  }

  test('pictures, key frames and bytes, also before anybody watches', () => {
    const { source, tally, stream } = setUp();
    stream.start();
    source.keyframe();
    source.picture(1_000);
    stream.join(new RecordingViewer());
    source.picture(2_000);
    expect(tally.video).toEqual({ pictures: 3, keyframes: 1, bytes: SPS.length + PPS.length + 2 + 3_000 });
    expect(tally.delays.ready.read(0).count).toBe(3);
  });

  test('every request for a key frame, and those that reached the source', () => {
    const { clock, tally, stream, source } = setUp();
    stream.start();
    for (let times = 0; times < 5; times += 1) stream.requestKeyframe();
    clock.advance(500);
    expect(tally.keyframeRequests).toEqual({ asked: 5, passed: 2 });
    expect(source.keyframeRequests).toBe(2);
  });

  test('no request as passed to a source that cannot follow it', () => {
    const { tally, stream, source } = setUp();
    Object.assign(source, { requestKeyframe: undefined });
    stream.start();
    stream.requestKeyframe();
    expect(tally.keyframeRequests).toEqual({ asked: 1, passed: 0 });
  });

  test('pictures that a slow viewer missed, but not those from before it began', () => {
    const { source, tally, stream } = setUp();
    const [slow, late] = [new RecordingViewer(), new RecordingViewer()];
    stream.join(slow);
    source.keyframe();
    slow.congested = true;
    late.congested = true;
    stream.join(late);
    source.picture();
    source.picture();
    slow.congested = false;
    source.picture();
    source.keyframe();
    expect(slow.kinds).toBe('KK');
    expect(tally.droppedPictures).toEqual({ slowViewer: 3, pacing: 0 });
  });

  test('starts, failures and restarts of the source', async () => {
    const { clock, source, tally, stream } = setUp();
    stream.start();
    source.keyframe();
    expect(tally.source).toEqual({ starts: 1, restarts: 0, failures: 0 });
    source.fail();
    clock.advance(LONGEST_PAUSE_MS);
    expect(tally.source).toEqual({ starts: 2, restarts: 1, failures: 1 });
    await stream.restart();
    expect(tally.source).toEqual({ starts: 3, restarts: 2, failures: 1 });
    await stream.stop();
    stream.start();
    expect(tally.source).toEqual({ starts: 4, restarts: 2, failures: 1 });
  });
});

describe('a video sender counts', () => {
  const FORMAT = { payloadType: 102, ssrc: 1, rtx: { payloadType: 103, ssrc: 2 }, cname: 'picam' };
  const WIRE: MediaTransport = {
    sendRtp: () => undefined,
    sendRtcp: () => undefined,
    waitingPackets: 0,
  };

  function setUp() {
    const clock = new ManualClock();
    const tally = createTally();
    const sender = new VideoSender({
      transport: WIRE,
      format: FORMAT,
      ring: new RetransmissionRing(),
      clock,
      wallClockMs: () => 0,
      requestKeyframe: () => undefined,
      firstSequenceNumber: 100,
      tally,
    });
    const taken = (count: number, ageUs: number) =>
      takePictures(count).map((picture) => {
        const captureTimeUs = clock.nowUs() - ageUs;
        return { ...picture, captureTimeUs, readyAtUs: captureTimeUs + 1_000 };
      });
    return { clock, tally, sender, taken };
  }

  test('packets and bytes, and what is asked for and sent again', () => {
    const { tally, sender, taken } = setUp();
    for (const picture of taken(2, 3_000)) sender.send(picture);
    expect(tally.sent).toEqual({ packets: 12, bytes: 12_000, packetsAskedAgain: 0, packetsSentAgain: 0 });
    sender.handleRtcp(nack(FORMAT.ssrc, [100, 101, 99]));
    expect(tally.sent).toEqual({ packets: 12, bytes: 12_000, packetsAskedAgain: 3, packetsSentAgain: 2 });
    sender.close();
  });

  test('the delay up to the socket, from the sensor and from when the picture was ready', () => {
    const { clock, tally, sender, taken } = setUp();
    clock.advance(10);
    for (const picture of taken(3, 9_000)) sender.send(picture);
    const { sent, total } = tally.delays;
    expect(sent.read(clock.nowUs())).toMatchObject({ count: 3, sumMs: 24, maxMs: 8 });
    expect(total.read(clock.nowUs())).toMatchObject({ count: 3, sumMs: 27, maxMs: 9 });
    sender.close();
  });

  test('no delay for the pictures from the past with which a viewer begins', () => {
    const { clock, tally, sender, taken } = setUp();
    for (const picture of taken(3, 2_000_000)) sender.send(picture);
    expect(tally.sent.packets).toBe(18);
    expect(tally.delays.total.read(clock.nowUs()).count).toBe(0);
    sender.close();
  });

  test('what waits to be sent: its delay, and the pictures that a key frame overtook', () => {
    const { clock, tally, sender, taken } = setUp();
    clock.advance(10);
    for (const picture of taken(61, 2_000)) sender.send(picture);
    clock.advance(1_000);
    const { count, maxMs } = tally.delays.sent.read(clock.nowUs());
    expect(count + tally.droppedPictures.pacing).toBe(61);
    expect(tally.droppedPictures.pacing).toBeGreaterThan(40);
    expect(maxMs).toBeGreaterThan(1);
    sender.close();
  });
});
