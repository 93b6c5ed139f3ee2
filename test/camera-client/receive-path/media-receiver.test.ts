import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MediaReceiver } from '../../../camera-client/receive-path/media-receiver.ts';
import type { ClockReading } from '../../../camera-client/receive-path/clock-reading.ts';
import type { ReceivedPacket } from '../../../camera-client/receive-path/track-receiver.ts';
import { parseRtcp } from '../../../media/rtcp.ts';
import { buildSenderReport } from '../../../media/rtcp-sender-report.ts';
import { writeRtpHeader, type RtpHeader } from '../../../media/rtp.ts';
import { SrtpGcmReceiver, SrtpGcmSender } from '../../../media/srtp-gcm.ts';
import { ManualClock } from '../../device/manual-clock.ts';
import { pseudoRandomBytes } from '../../media/rpicam-recordings.ts';

const KEYS = { masterKey: Buffer.alloc(16, 1), masterSalt: Buffer.alloc(12, 2) };
const VIDEO = { payloadType: 99, rtxPayloadType: 100, ssrc: 1 };
const AUDIO = { payloadType: 111, ssrc: 3 };
const KEYFRAME = Buffer.from('6588840000', 'hex');

let clock: ManualClock;
let camera: SrtpGcmSender;
let video: ReceivedPacket[];
let audio: ReceivedPacket[];
let audioClock: ClockReading[];
let told: Buffer[];
let silences: number;
let receiver: MediaReceiver;

beforeEach(() => {
  clock = new ManualClock();
  camera = new SrtpGcmSender(KEYS);
  [video, audio, audioClock, told, silences] = [[], [], [], [], 0];
  receiver = new MediaReceiver({
    ssrc: 9,
    unprotector: new SrtpGcmReceiver(KEYS),
    sendRtcp: (compound) => told.push(compound),
    tracks: [
      {
        format: { kind: 'video', clockRate: 90_000, isRepaired: true, ...VIDEO },
        handlePacket: (packet) => video.push(packet),
      },
      {
        format: { kind: 'audio', clockRate: 48_000, isRepaired: false, ...AUDIO },
        handlePacket: (packet) => audio.push(packet),
        handleClock: (reading) => audioClock.push(reading),
      },
    ],
    silentAfterMs: 1_000,
    handleSilence: () => (silences += 1),
    clock,
  });
});

afterEach(() => receiver.close());

function protectedRtp(fields: Partial<RtpHeader>, payload = KEYFRAME): Buffer {
  const header = { marker: true, timestamp: 0, sequenceNumber: 1, ...VIDEO, ...fields };
  return camera.protectRtp(writeRtpHeader(header), payload);
}

function protectedReport(packetCount: number, ssrc = VIDEO.ssrc): Buffer {
  const report = { ssrc, epochMs: 1_800_000_000_000, rtpTimestamp: 0, octetCount: 0, cname: 'picam' };
  return camera.protectRtcp(buildSenderReport({ ...report, packetCount }));
}

describe('a media receiver', () => {
  test('sorts packets into tracks by their payload type', () => {
    receiver.handlePacket(protectedRtp({}));
    receiver.handlePacket(protectedRtp(AUDIO, Buffer.from('opus')));
    receiver.handlePacket(protectedRtp({ payloadType: 12, ssrc: 5 }));
    expect(video).toMatchObject([{ index: 1, timestamp: 0, marker: true, payload: KEYFRAME }]);
    expect(audio).toMatchObject([{ index: 1, payload: Buffer.from('opus') }]);
  });

  test('takes the first stream of a format and no other', () => {
    receiver.handlePacket(protectedRtp({}));
    receiver.handlePacket(protectedRtp({ ssrc: 77, sequenceNumber: 2 }));
    expect(video).toHaveLength(1);
  });

  test('takes no packet twice, none that was tampered with, and no garbage', () => {
    const packet = protectedRtp({});
    for (let at = 0; at < packet.length; at += 1) {
      const tampered = Buffer.from(packet);
      tampered[at] = (tampered[at] ?? 0) ^ 1;
      receiver.handlePacket(tampered);
    }
    for (let bytes = 0; bytes < 100; bytes += 1) receiver.handlePacket(pseudoRandomBytes(bytes, bytes));
    expect(video).toEqual([]);
    receiver.handlePacket(packet);
    receiver.handlePacket(packet);
    expect(video).toHaveLength(1);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['half a number', Buffer.alloc(1)],
    ['a number alone, as probes do', Buffer.alloc(2)],
    ['a packet that was never sent', Buffer.from('fff0658884', 'hex')],
  ])('passes over a retransmission that holds %s', (_, payload) => {
    receiver.handlePacket(protectedRtp({}));
    receiver.handlePacket(protectedRtp({ payloadType: VIDEO.rtxPayloadType, ssrc: 2 }, payload));
    expect(video).toHaveLength(1);
    clock.advance(100);
    expect(video).toHaveLength(1);
  });

  test('does not wait for lost audio, which is not sent again', () => {
    for (const sequenceNumber of [1, 3]) receiver.handlePacket(protectedRtp({ ...AUDIO, sequenceNumber }));
    clock.advance(20);
    expect(audio.map(({ index }) => index)).toEqual([1, 3]);
    clock.advance(200);
    expect(told).toEqual([]);
  });

  test('reports twice a second about each stream, and refers to the last sender report', () => {
    receiver.handlePacket(protectedRtp({}));
    receiver.handlePacket(protectedRtp(AUDIO));
    receiver.handlePacket(protectedReport(1));
    clock.advance(500);
    const [report] = told.flatMap(parseRtcp);
    if (report?.kind !== 'rr') throw new Error('no report came');
    const seconds = (1_800_000_000 + 2_208_988_800) & 0xffff;
    expect(report.ssrc).toBe(9);
    expect(report.reports).toMatchObject([
      { ssrc: 1, highestSequence: 1, cumulativeLost: 0, lastSenderReport: seconds * 2 ** 16 },
      { ssrc: 3, highestSequence: 1, lastSenderReport: 0 },
    ]);
    expect(report.reports[0]?.delaySinceLastSenderReport).toBeCloseTo(0.5 * 65_536, -1);
    clock.advance(1_000);
    expect(told).toHaveLength(3);
  });

  test('hands on what the camera says of a track’s clock', () => {
    receiver.handlePacket(protectedRtp({}));
    receiver.handlePacket(protectedRtp(AUDIO));
    receiver.handlePacket(protectedReport(1));
    receiver.handlePacket(protectedReport(1, AUDIO.ssrc));
    expect(audioClock).toEqual([{ timestamp: 0, epochMs: 1_800_000_000_000 }]);
  });

  test('says nothing and runs no timer once it is closed, also from within a packet', () => {
    receiver.handlePacket(protectedRtp({}));
    receiver.handlePacket(protectedRtp({ sequenceNumber: 5 }));
    receiver.close();
    receiver.handlePacket(protectedRtp({ sequenceNumber: 6 }));
    expect(video).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('silence', () => {
  test('is told once, a second after the last packet', () => {
    receiver.handlePacket(protectedRtp({}));
    clock.advance(900);
    receiver.handlePacket(protectedRtp({ sequenceNumber: 2 }));
    clock.advance(990);
    expect(silences).toBe(0);
    clock.advance(20);
    expect(silences).toBe(1);
    clock.advance(10_000);
    expect(silences).toBe(1);
  });

  test('is none while the camera reports that it sends nothing', () => {
    receiver.handlePacket(protectedRtp({}));
    for (let second = 0; second < 30; second += 1) {
      clock.advance(500);
      receiver.handlePacket(protectedReport(1));
      clock.advance(500);
    }
    expect(silences).toBe(0);
    clock.advance(4_000);
    expect(silences).toBe(1);
  });

  test('is of the picture: sound that goes on makes none of it', () => {
    receiver.handlePacket(protectedRtp({}));
    for (let sequenceNumber = 1; sequenceNumber <= 60; sequenceNumber += 1) {
      receiver.handlePacket(protectedRtp({ ...AUDIO, sequenceNumber }));
      clock.advance(20);
    }
    expect(silences).toBe(1);
  });

  test('does not mistake the reports of the sound for those of a picture that pauses', () => {
    receiver.handlePacket(protectedRtp({}));
    receiver.handlePacket(protectedRtp(AUDIO));
    for (let second = 1; second <= 30; second += 1) {
      clock.advance(500);
      receiver.handlePacket(protectedReport(1));
      receiver.handlePacket(protectedReport(second * 50, AUDIO.ssrc));
      clock.advance(500);
    }
    expect(silences).toBe(0);
  });

  test('is one when the camera reports that it sends and nothing comes', () => {
    receiver.handlePacket(protectedRtp({}));
    receiver.handlePacket(protectedReport(1));
    clock.advance(800);
    receiver.handlePacket(protectedReport(200));
    clock.advance(500);
    expect(silences).toBe(1);
  });

  test('does not begin before the first packet', () => {
    receiver.handlePacket(protectedReport(0));
    clock.advance(60_000);
    expect(silences).toBe(0);
  });
});
