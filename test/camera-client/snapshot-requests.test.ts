import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CameraRequests } from '../../camera-client/camera-requests.ts';
import { SnapshotRequests } from '../../camera-client/snapshot-requests.ts';
import { deviceTopics } from '../../contract/topics.ts';
import { InMemoryBus } from '../support/in-memory-bus.ts';

const topics = deviceTopics('picam', 'door');
const jpeg = Buffer.from('a picture');

let bus: InMemoryBus;
let requests: CameraRequests;
let snapshots: SnapshotRequests;

beforeEach(() => {
  bus = new InMemoryBus();
  requests = new CameraRequests({ bus, prefix: 'picam', peer: 'me' });
  requests.open();
  snapshots = new SnapshotRequests({ bus, prefix: 'picam', requests });
  snapshots.open();
});

afterEach(() => {
  snapshots.close();
  requests.close();
});

function answerSnapshotsWith(answer: (id: string) => void): void {
  bus.subscribe(topics.request('me', 'snapshot'), ({ payload }) => {
    answer((JSON.parse(payload.toString()) as { id: string }).id);
  });
}

function reply(id: string, picture: Buffer): void {
  const sha256 = createHash('sha256').update(picture).digest('hex');
  const data = { sha256, bytes: picture.length, width: 2, height: 2, ts: 1 };
  void bus.publish(
    topics.reply('me'),
    JSON.stringify({ v: 1, id, op: 'snapshot', boot: 'b', ok: true, data }),
  );
}

describe('snapshot requests', () => {
  test('give the picture that the reply names, not another one on the topic', async () => {
    answerSnapshotsWith((id) => {
      void bus.publish(topics.snapshot, 'an older picture');
      void bus.publish(topics.snapshot, jpeg);
      reply(id, jpeg);
    });
    await expect(snapshots.take('door')).resolves.toEqual(jpeg);
  });

  test('wait for a picture that comes after its reply', async () => {
    const published = new Promise<void>((resolve) => {
      answerSnapshotsWith((id) => {
        reply(id, jpeg);
        setImmediate(() => void bus.publish(topics.snapshot, jpeg).then(resolve));
      });
    });
    await expect(snapshots.take('door')).resolves.toEqual(jpeg);
    await published;
  });

  test('subscribe the picture topic only while a picture is awaited', async () => {
    const before = bus.subscriptionCount;
    answerSnapshotsWith((id) => {
      expect(bus.subscriptionCount).toBe(before + 2);
      void bus.publish(topics.snapshot, jpeg);
      reply(id, jpeg);
    });
    await snapshots.take('door');
    expect(bus.subscriptionCount).toBe(before + 1);
  });

  test('end with "timeout" when the picture is lost and with the code of a refusal', async () => {
    answerSnapshotsWith((id) => reply(id, jpeg));
    await expect(snapshots.take('door', {}, 50)).rejects.toMatchObject({ code: 'timeout' });
    bus.setConnected(false);
    await expect(snapshots.take('door')).rejects.toMatchObject({ code: 'offline' });
  });

  test('fail what still waits when closed', async () => {
    const before = bus.subscriptionCount;
    const taking = snapshots.take('door');
    snapshots.close();
    await expect(taking).rejects.toMatchObject({ code: 'offline' });
    expect(bus.subscriptionCount).toBe(before);
  });
});
