import { beforeEach, describe, expect, test } from '@jest/globals';
import type { RTCDataChannel } from 'werift';
import {
  channelMessageSchema,
  eventSchema,
  type ChannelMessage,
} from '../../../../contract/device-messages.ts';
import { startEmbeddedBroker } from '../../../support/embedded-broker.ts';
import { resourcesOfEachTest } from '../../../support/resources.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { runDevice, type RunningDevice } from '../../running-device.ts';
import { TestViewer } from '../../test-viewer.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const TEST_TIMEOUT_MS = 30_000;
const resources = resourcesOfEachTest();
let brokerUrl: string;
let camera: RunningDevice;
let said: ChannelMessage[];

beforeEach(async () => {
  brokerUrl = resources.own(await startEmbeddedBroker()).url;
});

async function startCamera(enabled: boolean): Promise<void> {
  camera = await runDevice(resources, brokerUrl, { dataChannel: { enabled } });
  said = [];
  camera.bus.subscribe(camera.topics.event('message'), ({ payload }) => {
    said.push(channelMessageSchema.parse(eventSchema.parse(JSON.parse(payload.toString())).data));
  });
}

interface Talker {
  readonly viewer: TestViewer;
  readonly channel: RTCDataChannel;
  readonly heard: (string | Buffer)[];
}

async function connect(): Promise<Talker> {
  const viewer = resources.own(new TestViewer({ requests: camera.requests, device: camera.id }));
  const channel = viewer.connection.createDataChannel('any');
  const heard: (string | Buffer)[] = [];
  channel.onMessage.subscribe((data) => heard.push(data));
  await viewer.open();
  const [dtls] = viewer.connection.dtlsTransports;
  await waitUntil('the connection', () => dtls?.state === 'connected', CONNECT_TIMEOUT_MS);
  return { viewer, channel, heard };
}

async function connectTalker(): Promise<Talker> {
  const talker = await connect();
  await waitUntil('the channel', () => talker.channel.readyState === 'open', CONNECT_TIMEOUT_MS);
  return talker;
}

describe('where the configuration allows it', () => {
  beforeEach(() => startCamera(true));

  test('the camera says so', () => {
    expect(camera.device.info).toMatchObject({ dataChannel: { maxBytes: 1024, perSecond: 50 } });
    expect(camera.device.info.caps).toContain('message');
  });

  test(
    'what viewers say is told as events, each with who said it',
    async () => {
      const [one, other] = [await connectTalker(), await connectTalker()];
      one.channel.send('{"x":1,"y":-0.5}');
      other.channel.send('grüß dich');
      await waitUntil('both messages', () => said.length === 2);
      expect(said.map(({ text }) => text).sort()).toEqual(['grüß dich', '{"x":1,"y":-0.5}']);
      expect(new Set(said.map(({ viewer }) => viewer)).size).toBe(2);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a request speaks to all viewers or to one, and set/message to all',
    async () => {
      const [one, other] = [await connectTalker(), await connectTalker()];
      one.channel.send('it is me');
      await waitUntil('the message', () => said.length === 1);
      const ask = (text: string, viewer?: string) =>
        camera.requests.request(camera.id, 'message', { text, ...(viewer !== undefined && { viewer }) });
      expect(await ask('to all')).toEqual({ viewers: 2 });
      expect(await ask('to one', said[0]?.viewer)).toEqual({ viewers: 1 });
      await camera.bus.publish(camera.topics.set('message'), 'by hand');
      await waitUntil('all of it', () => one.heard.length === 3 && other.heard.length === 2);
      expect(one.heard).toEqual(['to all', 'to one', 'by hand']);
      expect(other.heard).toEqual(['to all', 'by hand']);
      await expect(ask('to nobody', 'stranger')).rejects.toMatchObject({ code: 'not_found' });
      await expect(ask('x'.repeat(1025))).rejects.toMatchObject({ code: 'bad_request' });
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'more than fifty messages a second are cut down, and the last of them arrives',
    async () => {
      const { channel } = await connectTalker();
      for (let sent = 0; sent < 300; sent += 1) channel.send(String(sent));
      await waitUntil('the last', () => said.at(-1)?.text === '299', 20_000);
      expect(said.length).toBeLessThan(299);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'what is longer than allowed, or no text, is told to nobody',
    async () => {
      const { channel } = await connectTalker();
      channel.sctp.setRemoteMaxMessageSize(65_536);
      channel.send('x'.repeat(1025));
      channel.send(Buffer.from('bytes'));
      channel.send('the end');
      await waitUntil('a message', () => said.length > 0);
      expect(said.map(({ text }) => text)).toEqual(['the end']);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'packets that are none end neither the camera nor the channel',
    async () => {
      const { channel, viewer } = await connectTalker();
      const [dtls] = viewer.connection.dtlsTransports;
      // Of no length, of a kind nobody knows, cut off, and none: each with the right checksum.
      for (const chunk of ['08000000', '63030008aabbccdd', '0103000000', '00', ''])
        await dtls?.sendData(sctpPacket(Buffer.from(chunk, 'hex')));
      channel.send('still here');
      await waitUntil('the message', () => said.at(-1)?.text === 'still here');
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a viewer who floods the camera with packets still sees every picture, and so do others',
    async () => {
      const [flooding, watching] = [await connectTalker(), await connectTalker()];
      const [dtls] = flooding.viewer.connection.dtlsTransports;
      const noise = Buffer.alloc(1_100, 1);
      for (let sent = 0; sent < 2_000; sent += 1) await dtls?.sendData(noise);
      watching.channel.send('undisturbed');
      await waitUntil('the message', () => said.at(-1)?.text === 'undisturbed');
      camera.source.keyframe();
      for (const { viewer } of [flooding, watching]) await viewer.firstPicture();
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a viewer that leaves is spoken to no more',
    async () => {
      const { viewer } = await connectTalker();
      await viewer.close();
      await waitUntil('nobody', async () => {
        const { viewers } = await camera.requests.request(camera.id, 'message', { text: 'hello?' });
        return viewers === 0;
      });
    },
    TEST_TIMEOUT_MS,
  );
});

describe('where it does not', () => {
  beforeEach(() => startCamera(false));

  test(
    'a viewer that offers a channel sees the picture and gets no channel',
    async () => {
      expect(camera.device.info.dataChannel).toBeUndefined();
      expect(camera.device.info.caps).not.toContain('message');
      const { viewer, channel } = await connect();
      expect(viewer.answer).toContain('m=application 0 ');
      expect(channel.readyState).not.toBe('open');
      await expect(camera.requests.request(camera.id, 'message', { text: 'hi' })).rejects.toMatchObject({
        code: 'forbidden',
      });
    },
    TEST_TIMEOUT_MS,
  );
});

function sctpPacket(chunks: Buffer): Buffer {
  const packet = Buffer.concat([Buffer.from('138813880000000000000000', 'hex'), chunks]);
  packet.writeUInt32LE(crc32c(packet), 8);
  return packet;
}

/** CRC-32C (RFC 9260, appendix A). */
function crc32c(bytes: Buffer): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f6_3b78 : 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}
