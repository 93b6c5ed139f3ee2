import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LiveViewListener } from '../../../camera-client/live-view.ts';
import { silentLogger, type Logger } from '../../../foundation/logger.ts';
import type {
  PrepareStreamRequest,
  PrepareStreamResponse,
  StreamingRequest,
} from '../../../homebridge-plugin/apple-home/hap.ts';
import { StreamRefusedError } from '../../../homebridge-plugin/apple-home/stream-refused-error.ts';
import { StreamingDelegate } from '../../../homebridge-plugin/apple-home/streaming-delegate.ts';
import type { CameraReadiness } from '../../../homebridge-plugin/camera-readiness.ts';
import { SnapshotCache } from '../../../homebridge-plugin/snapshot-cache.ts';
import { waitUntil } from '../../support/wait-until.ts';

let readiness: CameraReadiness;
let errors: string[];
let stopped: string[];
let views: LiveViewListener[];
let delegate: StreamingDelegate;

beforeEach(() => {
  errors = [];
  stopped = [];
  views = [];
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
});
