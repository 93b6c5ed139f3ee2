import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LiveViewListener } from '../../../camera-client/live-view.ts';
import { silentLogger, type Logger } from '../../../foundation/logger.ts';
import {
  NOT_ALLOWED_IN_CURRENT_STATE,
  type HAPStatus,
  type PrepareStreamRequest,
  type PrepareStreamResponse,
  type StreamingRequest,
} from '../../../homebridge-plugin/apple-home/hap.ts';
import { StreamRefusedError } from '../../../homebridge-plugin/apple-home/stream-refused-error.ts';
import { StreamingDelegate } from '../../../homebridge-plugin/apple-home/streaming-delegate.ts';
import { BitrateWishes } from '../../../homebridge-plugin/bitrate-wishes.ts';
import type { CameraReadiness } from '../../../homebridge-plugin/camera-readiness.ts';
import { SnapshotCache } from '../../../homebridge-plugin/snapshot-cache.ts';
import { waitUntil } from '../../support/wait-until.ts';

let readiness: CameraReadiness;
let errors: string[];
let stopped: string[];
let views: LiveViewListener[];
let limitsKbps: number[];
let refusal: HAPStatus | undefined;
let delegate: StreamingDelegate;

beforeEach(() => {
  errors = [];
  stopped = [];
  views = [];
  limitsKbps = [];
  refusal = undefined;
  const logger: Logger = { ...silentLogger, error: (message) => void errors.push(message) };
  readiness = 'ready';
  delegate = new StreamingDelegate({
    readiness: () => readiness,
    openLiveView: (listener) => {
      views.push(listener);
      return { requestKeyframe: () => undefined, close: () => Promise.resolve() };
    },
    snapshots: new SnapshotCache({
      readiness: () => readiness,
      take: () => Promise.resolve(Buffer.from('picture')),
      placeholder: (kind) => Promise.resolve(Buffer.from(kind)),
      logger,
    }),
    snapshotRefusal: () => refusal,
    bitrateWishes: new BitrateWishes({
      tell: (kbps) => Promise.resolve(limitsKbps.push(kbps)),
      logger,
    }),
    forceStop: (id) => void stopped.push(id),
    logger,
  });
});

afterEach(() => delegate.endAll('the test is over'));

function request(video: Partial<PrepareStreamRequest['video']> = {}, targetAddress = '127.0.0.1') {
  const keys = { srtp_key: randomBytes(16), srtp_salt: randomBytes(14) };
  return {
    sessionID: 'one',
    sourceAddress: '127.0.0.1',
    targetAddress,
    addressVersion: 'ipv4',
    video: { port: 5_000, srtpCryptoSuite: 0, ...keys, ...video },
  } as unknown as PrepareStreamRequest;
}

function prepare(wanted: PrepareStreamRequest): Promise<PrepareStreamResponse | undefined> {
  return new Promise((resolve, reject) => {
    delegate.prepareStream(wanted, (error, response) => (error ? reject(error) : resolve(response)));
  });
}

describe('the streaming delegate', () => {
  test('survives HomeKit throwing at the answer, and gives the place free again', async () => {
    delegate.prepareStream(request(), () => {
      throw new Error('Could not find ipv4 address for interface eth0');
    });
    await waitUntil('the end of the stream', () => stopped.length === 1);
    expect(stopped).toEqual(['one']);
    expect(delegate.sessionCount).toBe(0);
    expect(errors.join(' ')).toContain('Could not find ipv4 address');
  });

  test('survives HomeKit throwing at a picture', async () => {
    delegate.handleSnapshotRequest({ width: 320, height: 180 }, () => {
      throw new Error('the phone has left');
    });
    await waitUntil('a line in the log', () => errors.length === 1);
  });

  test.each([
    ['no port', request({ port: 0 }), 'port 0'],
    ['a port no machine has', request({ port: 65_536 }), 'port 65536'],
    ['a name for an address', request({}, 'phone.local'), 'phone.local'],
    ['an address of the other family', request({}, '2001:db8::1'), '2001:db8::1'],
  ])('refuses a controller with %s before it opens a view', async (_, wanted, words) => {
    await expect(prepare(wanted)).rejects.toThrow(words);
    expect(views).toEqual([]);
    expect(delegate.sessionCount).toBe(0);
  });

  test.each(['offline', 'private'] as const)('refuses at once while the camera is %s', async (state) => {
    readiness = state;
    await expect(prepare(request())).rejects.toThrow(state === 'private' ? 'turned off' : 'offline');
    expect(views).toEqual([]);
  });

  test('refuses to start what was prepared before the camera was turned off', async () => {
    await prepare(request());
    delegate.endAll('the camera has been turned off');
    const start = { type: 'start', sessionID: 'one', video: {} } as unknown as StreamingRequest;
    const error = await new Promise((resolve) => delegate.handleStreamRequest(start, resolve));
    expect(error).toBeInstanceOf(StreamRefusedError);
    expect(stopped).toEqual(['one']);
  });

  test('takes a controller as a server for both families sees it', async () => {
    await expect(prepare(request({}, '::ffff:127.0.0.1'))).resolves.toMatchObject({
      video: { srtp_key: {} },
    });
  });

  test('gives no picture that Apple Home may not have, with the reason', async () => {
    refusal = NOT_ALLOWED_IN_CURRENT_STATE;
    const answer = await new Promise((resolve) => {
      delegate.handleSnapshotRequest({ width: 320, height: 180 }, (error, picture) =>
        resolve([error, picture]),
      );
    });
    expect(answer).toEqual([NOT_ALLOWED_IN_CURRENT_STATE, undefined]);
  });

  test('tells the camera what a controller takes: what it asks for later, and at the start if it is small', async () => {
    const video = (width: number, kbps: number) => ({
      width,
      height: 0,
      fps: 30,
      max_bit_rate: kbps,
      pt: 99,
    });
    const handle = (type: string, width: number, kbps: number) => {
      const wanted = { type, sessionID: 'one', video: video(width, kbps) } as unknown as StreamingRequest;
      return new Promise((resolve) => delegate.handleStreamRequest(wanted, resolve));
    };
    await prepare(request());
    await handle('start', 1280, 299);
    expect(limitsKbps).toEqual([]);
    await handle('reconfigure', 1280, 802);
    await handle('stop', 0, 0);
    await waitUntil('the end of the limit', () => limitsKbps.length === 2);
    await prepare(request());
    await handle('start', 640, 132);
    expect(limitsKbps).toEqual([802, 0, 132]);
  });
});
