import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CameraRequests } from '../../camera-client/camera-requests.ts';
import type { LiveViewError } from '../../camera-client/live-view.ts';
import { LiveViewConnection } from '../../camera-client/live-view-connection.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import { deviceTopics } from '../../contract/topics.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { InMemoryBus } from '../support/in-memory-bus.ts';

const topics = deviceTopics('picam', 'door');

let bus: InMemoryBus;
let requests: CameraRequests;
let connection: LiveViewConnection | undefined;

beforeEach(() => {
  bus = new InMemoryBus();
  requests = new CameraRequests({ bus, prefix: 'picam', peer: 'me' });
  requests.open();
});

afterEach(async () => {
  await connection?.close();
  requests.close();
});

function refuseOffersWith(code: ErrorCode): void {
  bus.subscribe(topics.request('me', 'offer'), ({ payload }) => {
    const { id } = JSON.parse(payload.toString()) as { id: string };
    const error = { code, message: 'not now' };
    void bus.publish(
      topics.reply('me'),
      JSON.stringify({ v: 1, id, op: 'offer', boot: 'b', ok: false, error }),
    );
  });
}

function endOfConnection(): Promise<LiveViewError> {
  return new Promise((resolve) => {
    connection = new LiveViewConnection({
      device: 'door',
      requests,
      iceServers: () => Promise.resolve([]),
      listener: { handlePacket: () => undefined, handleEnd: resolve },
      logger: silentLogger,
    });
    connection.open();
  });
}

describe('a live view connection', () => {
  test.each([
    ['forbidden', 'disabled'],
    ['busy', 'refused'],
  ] as const)('that the camera answers with "%s" ends as "%s"', async (code, reason) => {
    refuseOffersWith(code);
    await expect(endOfConnection()).resolves.toMatchObject({ reason, message: 'not now' });
  });
});
