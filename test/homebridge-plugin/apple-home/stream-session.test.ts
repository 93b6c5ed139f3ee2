import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LiveViewError, type LiveViewListener } from '../../../camera-client/live-view.ts';
import type { BurstAddon } from '../../../foundation/bursts/burst-addon.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import {
  StreamSession,
  type StreamLimits,
  type StreamSessionOptions,
} from '../../../homebridge-plugin/apple-home/stream-session.ts';
import { SrtpSender } from '../../../media/srtp.ts';
import { SrtpRecorder } from '../../end-to-end/srtp-recorder.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { burstAddonOfThisMachine } from '../../foundation/bursts/burst-addon-of-this-machine.ts';

const PARAMETER_SETS = Buffer.from('7800056742c01fd9000568cb83cb20', 'hex');
const RECEIVER_REPORT = Buffer.from('80c9000100000001', 'hex');
const FRAME = Buffer.from('f8010203', 'hex');
const IDR = Buffer.from('65888400', 'hex');
const PICTURE = Buffer.from('419a0000', 'hex');
const controllerKeys = { masterKey: randomBytes(16), masterSalt: randomBytes(14) };

let recorder: SrtpRecorder;
let port: number;
let listener: LiveViewListener | undefined;
let keyframeRequests: number;
let isViewClosed: boolean;
let reasons: string[];
let firstPictures: number;
let session: StreamSession;

beforeEach(async () => {
  recorder = new SrtpRecorder();
  port = await recorder.open();
  keyframeRequests = 0;
  isViewClosed = false;
  reasons = [];
  firstPictures = 0;
});

afterEach(async () => {
  session.end();
  await recorder.close();
});

async function prepare(
  limits: Partial<StreamLimits> = {},
  sound?: StreamSessionOptions['sound'],
  bursts?: StreamSessionOptions['bursts'],
): Promise<number> {
  session = new StreamSession({
    ...(sound && { sound }),
    bursts,
    sourceAddress: '::ffff:127.0.0.1',
    target: { address: '127.0.0.1', port, family: 'ipv4' },
    controllerKeys,
    openLiveView: (given) => {
      listener = given;
      return {
        requestKeyframe: () => (keyframeRequests += 1),
        close: () => {
          isViewClosed = true;
          return Promise.resolve();
        },
      };
    },
    handleFirstPicture: () => (firstPictures += 1),
    handleEnd: (reason) => reasons.push(reason),
    logger: silentLogger,
    limits,
  });
  recorder.useKeys(session.video.keys);
  return session.prepare();
}

function sendKeyframe(index: number): void {
  listener?.handlePacket({ index, timestamp: 0, marker: false, payload: PARAMETER_SETS });
  listener?.handlePacket({ index: index + 1, timestamp: 0, marker: true, payload: IDR });
}

function sendPicture(index: number, timestamp: number): void {
  listener?.handlePacket({ index, timestamp, marker: true, payload: PICTURE });
}

describe('a stream session', () => {
  test('asks for a key frame at the start and sends from it on, with reports', async () => {
    await prepare();
    const before = keyframeRequests;
    session.start({ payloadType: 99, rtcpIntervalMs: 10 });
    expect(keyframeRequests).toBe(before + 1);
    sendKeyframe(3);
    await waitUntil(
      'packets and reports',
      () => recorder.packets.length === 2 && recorder.reports.length > 2,
    );
    expect(recorder.undecrypted).toBe(0);
    expect(recorder.packets).toMatchObject([
      { payloadType: 99, ssrc: session.video.ssrc, marker: false, payload: PARAMETER_SETS },
      { payloadType: 99, ssrc: session.video.ssrc, marker: true, payload: IDR },
    ]);
    const { report } = recorder.reports.at(-1) ?? {};
    expect(report).toMatchObject({ packetCount: 2, octetCount: PARAMETER_SETS.length + IDR.length });
  });

  test('begins at once with the key frame that came before the start, and goes on with what follows', async () => {
    await prepare();
    expect(keyframeRequests).toBe(1);
    sendKeyframe(1);
    sendPicture(3, 3_000);
    session.start({ payloadType: 99, rtcpIntervalMs: 1000 });
    sendPicture(4, 6_000);
    await waitUntil('four packets', () => recorder.packets.length === 4);
    const [first, ...others] = recorder.packets;
    expect(recorder.packets.map(({ payload }) => payload)).toEqual([PARAMETER_SETS, IDR, PICTURE, PICTURE]);
    const ticks = others.map(({ timestamp }) => (timestamp - (first?.timestamp ?? 0)) >>> 0);
    expect(ticks).toEqual([0, 90, 3_090]);
    expect(recorder.missingPackets).toBe(0);
  });

  test('in bursts sends the same, whole pictures and halves of them, with each report behind what it counts', async () => {
    const order: string[] = [];
    const addon = burstAddonOfThisMachine();
    const sendBurst: BurstAddon['sendBurst'] = (...burst) => {
      const sent = addon.sendBurst(...burst);
      order.push(`${sent} at once`);
      return sent;
    };
    await prepare({}, undefined, { addon: { ...addon, sendBurst }, canSegment: false });
    session.start({ payloadType: 99, rtcpIntervalMs: 10_000 });
    sendKeyframe(1);
    const send = (index: number, timestamp: number, marker: boolean) =>
      listener?.handlePacket({ index, timestamp, marker, payload: PICTURE });
    for (const index of [3, 4, 5]) send(index, 3_000, index === 5);
    for (const index of [6, 7]) send(index, 6_000, false);
    await waitUntil('the beginning of a picture', () => recorder.packets.length === 7);
    send(8, 6_000, false);
    // The picture's last packet is lost, and two of the next.
    for (const index of [10, 11, 14]) send(index, 9_000, index === 14);
    await waitUntil('all packets', () => recorder.packets.length === 11);
    // The very first packet does not wait, and neither does the one behind its report.
    expect(order).toEqual(['3 at once', '2 at once', '2 at once']);
    expect(recorder.packets.map(({ marker }) => marker)).toEqual(
      [1, 4, 10].reduce((markers, n) => markers.with(n, true), Array<boolean>(11).fill(false)),
    );
    expect(recorder.undecrypted).toBe(0);
    expect(recorder.missingPackets).toBe(3);
    expect(recorder.reports[0]?.report).toMatchObject({ packetCount: 1 });
  });

  test('sends nothing of what came before the camera was connected anew', async () => {
    await prepare();
    sendKeyframe(1);
    listener?.handleRestart();
    session.start({ payloadType: 99, rtcpIntervalMs: 1000 });
    sendPicture(1, 0);
    sendKeyframe(2);
    await waitUntil('two packets', () => recorder.packets.length === 2);
    expect(recorder.packets.map(({ payload }) => payload)).toEqual([PARAMETER_SETS, IDR]);
  });

  test("passes the controller's picture loss on to the camera", async () => {
    const ownPort = await prepare();
    session.start({ payloadType: 99, rtcpIntervalMs: 1000 });
    sendKeyframe(1);
    const before = keyframeRequests;
    recorder.answer(controllerKeys, ownPort);
    recorder.sendPictureLoss(session.video.ssrc);
    await waitUntil('a key frame request', () => keyframeRequests > before);
  });

  test('sends the sound to its own port, and talks of it under its own keys', async () => {
    const hearing = new SrtpRecorder();
    try {
      const soundKeys = { masterKey: randomBytes(16), masterSalt: randomBytes(14) };
      await prepare({}, { port: await hearing.open(), controllerKeys: soundKeys });
      const track = session.sound?.track;
      if (track) hearing.useKeys(track.keys);
      const sound = { payloadType: 110, rtcpIntervalMs: 10, sampleRateKhz: 16, packetTimeMs: 20 };
      listener?.handleAudioPacket?.({ index: 0, timestamp: 0, marker: false, payload: FRAME });
      session.start({ payloadType: 99, rtcpIntervalMs: 10, sound });
      listener?.handleAudioPacket?.({ index: 1, timestamp: 960, marker: false, payload: FRAME });
      await waitUntil('sound and its reports', () => hearing.reports.length > 2);
      expect(hearing.packets).toMatchObject([{ payloadType: 110, ssrc: track?.ssrc, payload: FRAME }]);
      expect(hearing.undecrypted).toBe(0);
      const [own, foreign] = [soundKeys, controllerKeys].map((keys) =>
        session.sound?.accepts(new SrtpSender(keys).protectRtcp(RECEIVER_REPORT)),
      );
      expect({ own, foreign }).toEqual({ own: true, foreign: false });
    } finally {
      await hearing.close();
    }
  });

  test('keeps being decrypted when its numbers roll over within a burst of losses', async () => {
    await prepare();
    session.start({ payloadType: 99, rtcpIntervalMs: 1000 });
    sendKeyframe(1);
    await waitUntil('the first packets', () => recorder.packets.length === 2);
    const first = recorder.packets[1]?.sequenceNumber ?? 0;
    let index = 2;
    const send = (lost: number) => {
      index += 1 + lost;
      listener?.handlePacket({ index, timestamp: 0, marker: true, payload: PICTURE });
    };
    // Up to just before the end of the numbers, on losses as long as they may be, and over it with a burst.
    while (first + index - 2 < 65_400) send(Math.min(16_000, 65_400 - (first + index - 2)));
    for (const lost of [0, 0, 400, 0, 16_000, 0]) send(lost);
    const last = (first + index - 2) % 65_536;
    await waitUntil('the last packet', () => recorder.packets.at(-1)?.sequenceNumber === last);
    expect(recorder.packets.some(({ sequenceNumber }) => sequenceNumber > 65_400)).toBe(true);
    expect(last).toBeLessThan(20_000);
    expect(recorder.packets.slice(2).every(({ payload }) => payload.equals(PICTURE))).toBe(true);
    expect(recorder.undecrypted).toBe(0);
  });

  test('tells of the first picture of each connection to the camera', async () => {
    await prepare();
    session.start({ payloadType: 99, rtcpIntervalMs: 1000 });
    sendKeyframe(1);
    sendKeyframe(3);
    expect(firstPictures).toBe(1);
    listener?.handleRestart();
    sendKeyframe(1);
    expect(firstPictures).toBe(2);
  });

  test('repeats the request for the first key frame until it comes', async () => {
    await prepare({ keyframeRepeatMs: 5 });
    session.start({ payloadType: 99, rtcpIntervalMs: 1000 });
    await waitUntil('three requests', () => keyframeRequests >= 3);
  });

  test('ends when it is never started', async () => {
    await prepare({ startTimeoutMs: 5 });
    await waitUntil('the end', () => reasons.length === 1);
    expect(isViewClosed).toBe(true);
  });

  test('ends when nothing comes from the controller any more', async () => {
    await prepare({ graceMs: 20, inboundTimeoutMs: 20 });
    session.start({ payloadType: 99, rtcpIntervalMs: 5 });
    await waitUntil('the end', () => reasons.length === 1);
    expect(reasons[0]).toContain('the controller is gone');
  });

  test('ends with the live view, once', async () => {
    await prepare();
    listener?.handleEnd(new LiveViewError('stopped', 'somebody stopped the camera'));
    session.end();
    expect(reasons).toEqual(['the live view ended: somebody stopped the camera']);
    expect(session.ended).toBe(true);
  });
});
