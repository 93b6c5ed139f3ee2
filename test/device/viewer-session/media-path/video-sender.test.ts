import { describe, expect, test } from '@jest/globals';
import type { LinkReport } from '../../../../device/viewer-session/media-path/link-report.ts';
import type {
  MediaTransport,
  SendFormat,
} from '../../../../device/viewer-session/media-path/media-transport.ts';
import { RetransmissionRing } from '../../../../device/viewer-session/media-path/retransmission-ring.ts';
import { VideoSender } from '../../../../device/viewer-session/media-path/video-sender.ts';
import { parseRtcp } from '../../../../media/rtcp.ts';
import type { RtpPacket } from '../../../../media/rtp.ts';
import { sequencePlus } from '../../../../media/rtp-sequence.ts';
import { SrtpGcmReceiver, SrtpGcmSender } from '../../../../media/srtp-gcm.ts';
import { ManualClock } from '../../manual-clock.ts';
import { madePictures, packetNumber, takePictures } from './made-pictures.ts';
import { bitrateEstimate, fullIntraRequest, nack, pictureLoss, receiverReport } from './feedback.ts';

const FORMAT: SendFormat = {
  payloadType: 102,
  ssrc: 1_111,
  rtx: { payloadType: 103, ssrc: 2_222 },
  playoutDelayId: 3,
  cname: 'picam',
};
const KEYS = { masterKey: Buffer.alloc(16, 7), masterSalt: Buffer.alloc(12, 9) };
const EPOCH_MS = 1_800_000_000_123.5;

/** The other end of the wire: decrypts everything, and notes each packet's first bytes on the wire. */
class FarEnd implements MediaTransport {
  readonly #sender = new SrtpGcmSender(KEYS);
  readonly #receiver = new SrtpGcmReceiver(KEYS);
  readonly media: RtpPacket[] = [];
  readonly repairs: RtpPacket[] = [];
  readonly sent: Buffer[] = [];
  readonly reports: Buffer[] = [];
  waitingPackets = 0;

  sendRtp(header: Buffer, payload: Buffer): void {
    const packet = this.#sender.protectRtp(header, payload);
    this.sent.push(packet);
    const parsed = this.#receiver.unprotectRtp(packet);
    if (parsed) (parsed.ssrc === FORMAT.ssrc ? this.media : this.repairs).push(parsed);
  }

  sendRtcp(compound: Buffer): void {
    this.reports.push(compound);
  }
}

function senderTo(
  far: FarEnd,
  format = FORMAT,
  firstSequenceNumber = 100,
  handleLinkReport?: (report: LinkReport) => void,
) {
  const clock = new ManualClock();
  const ring = new RetransmissionRing();
  let keyframeRequests = 0;
  const sender = new VideoSender({
    transport: far,
    format,
    ring,
    clock,
    wallClockMs: () => EPOCH_MS,
    requestKeyframe: () => (keyframeRequests += 1),
    firstSequenceNumber,
    handleLinkReport,
  });
  return { sender, clock, ring, keyframeRequests: () => keyframeRequests };
}

/** What a viewer answers 100 ms after it has got the first sender report. */
function roundTripReport(far: FarEnd, clock: ManualClock, roundTripMs: number): Buffer {
  const [report] = parseRtcp(far.reports[0] ?? Buffer.alloc(0));
  if (report?.kind !== 'sr') throw new Error('no sender report');
  const lastSenderReport = (((report.ntpSeconds & 0xffff) << 16) | (report.ntpFraction >>> 16)) >>> 0;
  clock.advance(roundTripMs + 100);
  const delaySinceLastSenderReport = 65_536 / 10;
  return receiverReport(FORMAT.ssrc, { fractionLost: 0.25, lastSenderReport, delaySinceLastSenderReport });
}

describe('a video sender', () => {
  test('puts its own header around each packet of the shared pictures', () => {
    const far = new FarEnd();
    const { sender } = senderTo(far);
    for (const picture of takePictures(2)) sender.send(picture);
    expect(far.media.map(({ sequenceNumber }) => sequenceNumber)).toEqual(
      [...Array(12).keys()].map((n) => 100 + n),
    );
    expect(far.media.map(({ payload }) => packetNumber(payload))).toEqual([...Array(12).keys()]);
    expect(far.media.map(({ marker }) => marker).filter(Boolean)).toHaveLength(2);
    expect(new Set(far.media.map(({ timestamp }) => timestamp)).size).toBe(2);
    expect(far.media.every(({ payloadType }) => payloadType === 102)).toBe(true);
    expect(far.sent[0]?.subarray(12, 20)).toEqual(Buffer.from('bede000132000000', 'hex'));
    expect(sender.statistics).toMatchObject({ packetsSent: 12, bytesSent: 12_000 });
    sender.close();
  });

  test('goes on without a gap over many wraps, with no nonce twice', () => {
    const far = new FarEnd();
    const { sender, clock } = senderTo(far, FORMAT, 32_767);
    const seen = new Set<string>();
    for (const picture of takePictures(1_000, { packets: 100, payloadBytes: 8, gopLength: 1 })) {
      sender.send(picture);
      clock.advance(33);
    }
    const numbers = far.media.map(({ sequenceNumber }) => sequenceNumber);
    expect(numbers.findIndex((number, n) => number !== sequencePlus(32_767, n))).toBe(-1);
    for (const packet of far.sent) seen.add(packet.toString('latin1', 20));
    expect(far.media).toHaveLength(100_000);
    expect(seen.size).toBe(100_000);
    sender.close();
  });

  test('repairs a loss across the wrap, in a stream of its own', () => {
    const far = new FarEnd();
    const { sender } = senderTo(far, FORMAT, 65_530);
    for (const picture of takePictures(4)) sender.send(picture);
    sender.handleRtcp(nack(FORMAT.ssrc, [65_534, 65_535, 0, 1, 17]));
    expect(far.repairs.map(({ payload }) => payload.readUInt16BE(0))).toEqual([65_534, 65_535, 0, 1, 17]);
    for (const repair of far.repairs) {
      const original = far.media.find(
        ({ sequenceNumber }) => sequenceNumber === repair.payload.readUInt16BE(0),
      );
      expect(repair.payload.subarray(2)).toEqual(original?.payload);
      expect([repair.timestamp, repair.marker]).toEqual([original?.timestamp, original?.marker]);
      expect([repair.ssrc, repair.payloadType]).toEqual([2_222, 103]);
    }
    const numbers = far.repairs.map(({ sequenceNumber }) => sequenceNumber);
    expect(numbers).toEqual(numbers.map((_, n) => sequencePlus(numbers[0] ?? 0, n)));
    sender.close();
  });

  test('repairs a packet once however often it is asked for in one go, and again later', () => {
    const far = new FarEnd();
    const { sender, clock } = senderTo(far);
    for (const picture of takePictures(2)) sender.send(picture);
    for (let n = 0; n < 11; n += 1) {
      sender.handleRtcp(nack(FORMAT.ssrc, [103]));
      clock.advance(0.5);
    }
    expect(far.repairs).toHaveLength(1);
    clock.advance(20);
    sender.handleRtcp(nack(FORMAT.ssrc, [103]));
    expect(far.repairs).toHaveLength(2);
    sender.close();
  });

  test('repairs no more than a flood of requests may cost', () => {
    const far = new FarEnd();
    const { sender, clock } = senderTo(far);
    for (const picture of takePictures(60, { packets: 6 })) {
      sender.send(picture);
      clock.advance(33);
    }
    const all = [...Array(360).keys()].map((n) => 100 + n);
    for (let n = 0; n < 100; n += 1) {
      sender.handleRtcp(nack(FORMAT.ssrc, all));
      clock.advance(11);
    }
    const bytes = far.repairs.length * 1_000;
    expect(bytes).toBeGreaterThan(256 * 1024);
    expect(bytes).toBeLessThan(256 * 1024 + 1.3 * 180_000 + 2_000);
    sender.close();
  });

  test('repairs what is lost once more within the 55 ms in which some ask, though the round trip is longer', () => {
    const far = new FarEnd();
    const { sender, clock } = senderTo(far);
    for (const picture of takePictures(2)) sender.send(picture);
    sender.handleRtcp(roundTripReport(far, clock, 150));
    for (let n = 0; n < 11; n += 1) {
      clock.advance(5);
      sender.handleRtcp(nack(FORMAT.ssrc, [103]));
    }
    expect(sender.statistics.roundTripMs).toBeCloseTo(150, 0);
    expect(far.repairs).toHaveLength(2);
    sender.close();
  });

  test('leaves room for the stream on a link that takes little more', () => {
    const far = new FarEnd();
    const { sender, clock } = senderTo(far);
    for (const picture of takePictures(60, { packets: 6 })) {
      sender.send(picture);
      clock.advance(33);
    }
    sender.handleRtcp(bitrateEstimate(1_600_000, [FORMAT.ssrc]));
    const all = [...Array(360).keys()].map((n) => 100 + n);
    for (let n = 0; n < 100; n += 1) {
      sender.handleRtcp(nack(FORMAT.ssrc, all));
      clock.advance(41);
    }
    const bytes = far.repairs.length * 1_000;
    const leftKbps = 1_600 - 1_440;
    expect(bytes).toBeGreaterThan(256 * 1024);
    expect(bytes).toBeLessThan(256 * 1024 + 4.1 * leftKbps * 125 + 8_000);
    sender.close();
  });

  test('tells what a viewer reports about its link, beside the bit rate of the stream', () => {
    const far = new FarEnd();
    const told: LinkReport[] = [];
    const { sender, clock } = senderTo(far, FORMAT, 100, (report) => told.push(report));
    sender.handleRtcp(bitrateEstimate(3_000_000, [FORMAT.ssrc]));
    expect(told).toEqual([]);
    for (const picture of takePictures(60, { packets: 6 })) sender.send(picture);
    const report = (packetsLost: number, highestSequence: number) =>
      sender.handleRtcp(receiverReport(FORMAT.ssrc, { fractionLost: 1, packetsLost, highestSequence }));
    report(0, 1_000);
    clock.advance(200);
    report(50, 1_050);
    clock.advance(800);
    report(50, 1_200);
    sender.handleRtcp(bitrateEstimate(1_200_000, [FORMAT.ssrc]));
    expect(told).toMatchObject([
      { kind: 'loss', lossShare: 0.25 },
      { kind: 'estimate', estimateKbps: 1_200 },
    ]);
    for (const { streamKbps } of told) expect(streamKbps / 1_440).toBeCloseTo(1, 1);
    sender.close();
  });

  test('sends a lost packet as it was to a viewer without RTX', () => {
    const far = new FarEnd();
    const { sender } = senderTo(far, { ...FORMAT, rtx: undefined });
    for (const picture of takePictures(2)) sender.send(picture);
    sender.handleRtcp(receiverReport(FORMAT.ssrc, { fractionLost: 0.1 }));
    sender.handleRtcp(nack(FORMAT.ssrc, [104]));
    expect(far.sent.at(-1)).toEqual(far.sent[4]);
    sender.close();
  });

  test('ignores what others lost, and what it never sent', () => {
    const far = new FarEnd();
    const { sender } = senderTo(far);
    for (const picture of takePictures(1)) sender.send(picture);
    sender.handleRtcp(nack(4_444, [100]));
    sender.handleRtcp(nack(FORMAT.ssrc, [99, 106, 40_000]));
    sender.handleRtcp(Buffer.from('garbage'));
    expect(far.repairs).toEqual([]);
    sender.close();
  });

  test('asks for a key frame on PLI, and on FIR once for each of its numbers', () => {
    const { sender, keyframeRequests } = senderTo(new FarEnd());
    sender.handleRtcp(pictureLoss(FORMAT.ssrc));
    expect(keyframeRequests()).toBe(1);
    for (const number of [7, 7, 7, 8]) sender.handleRtcp(fullIntraRequest(FORMAT.ssrc, number));
    expect(keyframeRequests()).toBe(3);
    sender.close();
  });

  test('reports the wall clock every second, to the fraction of a millisecond', () => {
    const far = new FarEnd();
    const { sender, clock } = senderTo(far);
    for (const picture of takePictures(1)) sender.send(picture);
    const timestampAt1S = (far.media[0]?.timestamp ?? 0) + 90_000;
    clock.advance(2_999);
    expect(far.reports).toHaveLength(3);
    const [report] = parseRtcp(far.reports[0] ?? Buffer.alloc(0));
    expect(report).toMatchObject({
      kind: 'sr',
      ssrc: 1_111,
      rtpTimestamp: timestampAt1S % 2 ** 32,
      packetCount: 6,
      octetCount: 6_000,
      ntpSeconds: 1_800_000_000 + 2_208_988_800,
      ntpFraction: Math.floor(0.1235 * 2 ** 32),
    });
    sender.close();
    expect(clock.pendingTimers).toBe(0);
  });

  test('learns the round trip, the loss and the bitrate from the viewer', () => {
    const far = new FarEnd();
    const { sender, clock } = senderTo(far);
    for (const picture of takePictures(1)) sender.send(picture);
    sender.handleRtcp(roundTripReport(far, clock, 40));
    sender.handleRtcp(bitrateEstimate(2_500_000, [2_222, 1_111]));
    expect(sender.statistics).toMatchObject({ fractionLost: 0.25, estimatedBitrateKbps: 2_500 });
    expect(sender.statistics.roundTripMs).toBeCloseTo(40, 0);
    sender.close();
  });

  test('lets a viewer that loses packets wait a little for repairs, and only for a while', () => {
    const far = new FarEnd();
    const { sender, clock } = senderTo(far);
    const delayOnWire = () => far.sent.at(-1)?.subarray(17, 20).toString('hex');
    const pictures = madePictures();
    const sendOne = () => {
      const { value } = pictures.next();
      if (value) sender.send(value);
    };
    sendOne();
    expect(delayOnWire()).toBe('000000');
    sender.handleRtcp(receiverReport(FORMAT.ssrc, { fractionLost: 0.02 }));
    sendOne();
    expect(delayOnWire()).toBe('00000a');
    clock.advance(11_000);
    sender.handleRtcp(receiverReport(FORMAT.ssrc, { fractionLost: 0 }));
    sendOne();
    expect(delayOnWire()).toBe('000000');
    sender.close();
  });

  test('tells when the network takes no more', () => {
    const far = new FarEnd();
    const { sender } = senderTo(far);
    expect(sender.congested).toBe(false);
    far.waitingPackets = 2_000;
    expect(sender.congested).toBe(true);
    sender.close();
  });

  test('asks for a key frame when it joins a long way behind', () => {
    const { sender, keyframeRequests } = senderTo(new FarEnd());
    for (const picture of takePictures(250, { gopLength: 300 })) sender.send(picture);
    expect(keyframeRequests()).toBe(1);
    sender.close();
  });
});
