import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LiveViewError, type LiveViewListener } from '../../../camera-client/live-view.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { StreamSession, type StreamLimits } from '../../../homebridge-plugin/apple-home/stream-session.ts';
import { SrtpRecorder } from '../../end-to-end/srtp-recorder.ts';
import { waitUntil } from '../../support/wait-until.ts';

const PARAMETER_SETS = Buffer.from('7800056742c01fd9000568cb83cb20', 'hex');
const IDR = Buffer.from('65888400', 'hex');
const controllerKeys = { masterKey: randomBytes(16), masterSalt: randomBytes(14) };

let recorder: SrtpRecorder;
let port: number;
let listener: LiveViewListener | undefined;
let keyframeRequests: number;
let isViewClosed: boolean;
let reasons: string[];
let session: StreamSession;

beforeEach(async () => {
  recorder = new SrtpRecorder();
  port = await recorder.open();
  keyframeRequests = 0;
  isViewClosed = false;
  reasons = [];
});

afterEach(async () => {
  session.end();
  await recorder.close();
});

async function prepare(limits: Partial<StreamLimits> = {}): Promise<number> {
  session = new StreamSession({
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
    handleEnd: (reason) => reasons.push(reason),
    logger: silentLogger,
    limits,
  });
  recorder.useKeys(session.keys);
  return session.prepare();
}

function sendKeyframe(index: number): void {
  listener?.handlePacket({ index, timestamp: 0, marker: false, payload: PARAMETER_SETS });
  listener?.handlePacket({ index: index + 1, timestamp: 0, marker: true, payload: IDR });
}

describe('a stream session', () => {
  test('asks for a key frame at the start and sends from it on, with reports', async () => {
    await prepare();
    sendKeyframe(1);
    session.start({ payloadType: 99, rtcpIntervalMs: 10 });
    expect(keyframeRequests).toBe(1);
    sendKeyframe(3);
    await waitUntil(
      'packets and reports',
      () => recorder.packets.length === 2 && recorder.reports.length > 2,
    );
    expect(recorder.undecrypted).toBe(0);
    expect(recorder.packets).toMatchObject([
      { payloadType: 99, ssrc: session.ssrc, marker: false, payload: PARAMETER_SETS },
      { payloadType: 99, ssrc: session.ssrc, marker: true, payload: IDR },
    ]);
    const { report } = recorder.reports.at(-1) ?? {};
    expect(report).toMatchObject({ packetCount: 2, octetCount: PARAMETER_SETS.length + IDR.length });
  });

  test("passes the controller's picture loss on to the camera", async () => {
    const ownPort = await prepare();
    session.start({ payloadType: 99, rtcpIntervalMs: 1000 });
    sendKeyframe(1);
    const before = keyframeRequests;
    recorder.answer(controllerKeys, ownPort);
    recorder.sendPictureLoss(session.ssrc);
    await waitUntil('a key frame request', () => keyframeRequests > before);
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
