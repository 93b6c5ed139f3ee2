import { describe, expect, test } from '@jest/globals';
import type { AudioPacket } from '../../../../device/audio/audio-packet.ts';
import { AudioTimeline } from '../../../../device/audio/audio-timeline.ts';
import { AudioSender } from '../../../../device/viewer-session/media-path/audio-sender.ts';
import type { MediaTransport } from '../../../../device/viewer-session/media-path/media-transport.ts';
import { RetransmissionRing } from '../../../../device/viewer-session/media-path/retransmission-ring.ts';
import { VideoSender } from '../../../../device/viewer-session/media-path/video-sender.ts';
import { PictureMaker } from '../../../../device/live-stream/picture-maker.ts';
import { createTally } from '../../../../device/telemetry/tally.ts';
import { parseRtcp } from '../../../../media/rtcp.ts';
import { type RtpPacket } from '../../../../media/rtp.ts';
import { parseRtp } from '../../../support/parse-rtp.ts';
import { ManualClock } from '../../manual-clock.ts';

const FORMAT = { payloadType: 111, ssrc: 4_242, cname: 'picam' };
const VIDEO_SSRC = 1_111;
const EPOCH_MS = 1_800_000_000_000;
const FRAME_MS = 20;

class FarEnd implements MediaTransport {
  readonly packets: RtpPacket[] = [];
  readonly reports: Buffer[] = [];
  waitingPackets = 0;

  sendRtp(header: Buffer, payload: Buffer): void {
    const packet = parseRtp(Buffer.concat([header, payload]));
    if (packet) this.packets.push(packet);
  }

  sendRtcp(compound: Buffer): void {
    this.reports.push(compound);
  }

  /** The newest sender report of a stream, as a receiver reads it. */
  report(ssrc: number) {
    const reports = this.reports.flatMap((compound) => parseRtcp(compound));
    return reports.filter((packet) => packet.kind === 'sr').findLast((report) => report.ssrc === ssrc);
  }
}

function setUp() {
  const clock = new ManualClock();
  const far = new FarEnd();
  const startedAtUs = clock.nowUs();
  const common = {
    transport: far,
    clock,
    wallClockMs: () => EPOCH_MS + (clock.nowUs() - startedAtUs) / 1000,
  };
  const timeline = new AudioTimeline();
  const sound = (): AudioPacket => ({ payload: Buffer.alloc(80, 1), ...timeline.next(clock.nowUs()) });
  return { clock, far, common, sound, sender: new AudioSender({ ...common, format: FORMAT }) };
}

describe('an audio sender', () => {
  test('puts its own header around each shared packet, without gaps', () => {
    const { clock, far, sender, sound } = setUp();
    for (let n = 0; n < 100; n += 1) {
      sender.send(sound());
      clock.advance(FRAME_MS);
    }
    sender.close();
    const [first] = far.packets;
    expect(first?.sequenceNumber).toBeLessThan(2 ** 15);
    for (const [n, packet] of far.packets.entries()) {
      expect(packet).toMatchObject({ payloadType: 111, ssrc: 4_242, marker: false });
      expect(packet.sequenceNumber).toBe((first?.sequenceNumber ?? 0) + n);
      expect(packet.timestamp).toBe(((first?.timestamp ?? 0) + n * 960) % 2 ** 32);
      expect(packet.payload).toEqual(Buffer.alloc(80, 1));
    }
  });

  test('leaves out what the network does not take, without a gap in its numbers', () => {
    const { clock, far, sender, sound } = setUp();
    for (const waitingPackets of [0, 5_000, 5_000, 0]) {
      far.waitingPackets = waitingPackets;
      sender.send(sound());
      clock.advance(FRAME_MS);
    }
    sender.close();
    const [first, second] = far.packets;
    expect(far.packets).toHaveLength(2);
    expect(second?.sequenceNumber).toBe((first?.sequenceNumber ?? 0) + 1);
    expect(second?.timestamp).toBe(((first?.timestamp ?? 0) + 3 * 960) % 2 ** 32);
  });

  test('reports with the first packet and each second, with what it has sent', () => {
    const { clock, far, sender, sound } = setUp();
    for (let n = 0; n <= 100; n += 1) {
      sender.send(sound());
      clock.advance(FRAME_MS);
    }
    sender.close();
    expect(far.reports).toHaveLength(3);
    expect(far.report(4_242)).toMatchObject({ packetCount: 100, octetCount: 8_000 });
    expect(clock.pendingTimers).toBe(0);
  });

  test('reports a time that agrees with that of the picture', () => {
    const { clock, far, common, sender, sound } = setUp();
    const pictures = new PictureMaker(clock, createTally());
    const video = new VideoSender({
      ...common,
      format: { payloadType: 106, ssrc: VIDEO_SSRC, cname: 'picam' },
      ring: new RetransmissionRing(),
      requestKeyframe: () => undefined,
    });
    clock.advance(FRAME_MS);
    let shownAtMs = 0;
    for (let n = 0; n <= 60; n += 1) {
      shownAtMs = common.wallClockMs();
      sender.send(sound());
      const nalUnits = [Buffer.from('6588', 'hex')];
      video.send(pictures.make({ nalUnits, captureTimeUs: clock.nowUs(), isKeyframe: true }));
      clock.advance(FRAME_MS);
    }
    for (const each of [sender, video]) each.close();
    const newest = (ssrc: number) => far.packets.findLast((packet) => packet.ssrc === ssrc);
    // What a receiver reckons: the wall-clock time at which the newest sample and the newest picture were taken.
    const soundMs = wallClockMs(far.report(4_242), newest(4_242), 48);
    const pictureMs = wallClockMs(far.report(VIDEO_SSRC), newest(VIDEO_SSRC), 90);
    expect(pictureMs - shownAtMs).toBeCloseTo(0, 0);
    expect(soundMs - shownAtMs).toBeCloseTo(-FRAME_MS, 0);
  });
});

function wallClockMs(
  report: ReturnType<FarEnd['report']>,
  packet: RtpPacket | undefined,
  ticksPerMs: number,
): number {
  if (!report || !packet) throw new Error('nothing came');
  const SECONDS_FROM_1900_TO_1970 = 2_208_988_800;
  const reportMs =
    (report.ntpSeconds - SECONDS_FROM_1900_TO_1970) * 1000 + (report.ntpFraction / 2 ** 32) * 1000;
  const ticks = (packet.timestamp - report.rtpTimestamp) | 0;
  return reportMs + ticks / ticksPerMs;
}
