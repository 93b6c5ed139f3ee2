import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Event, type RTCDtlsTransport, type RTCRtpTransceiver } from 'werift';
import { systemClock } from '../../../device/capture/clock.ts';
import { LiveStream } from '../../../device/live-stream/live-stream.ts';
import { createTally } from '../../../device/telemetry/tally.ts';
import { RetransmissionRing } from '../../../device/viewer-session/media-path/retransmission-ring.ts';
import { VideoSender } from '../../../device/viewer-session/media-path/video-sender.ts';
import { WeriftMediaTransport } from '../../../device/viewer-session/werift-media-transport.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { FakeSource } from '../fake-source.ts';
import { RecordingViewer } from '../recording-viewer.ts';

const resources = resourcesOfEachTest();
const AEAD_AES_128_GCM = 7;
const KEYS = {
  localMasterKey: Buffer.alloc(16, 1),
  localMasterSalt: Buffer.alloc(12, 2),
  remoteMasterKey: Buffer.alloc(16, 3),
  remoteMasterSalt: Buffer.alloc(12, 4),
};
const PICTURE_BYTES = 20_000;
/** More than the kernel's buffers of both ends hold. */
const MOST_PICTURES = 2_000;

/** Both ends of a TCP connection, as to a TURN server, of which the far one may leave everything unread. */
async function tcpWay(): Promise<{ readonly near: Socket; readonly far: Socket }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  resources.onEnd('server', () => server.close());
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [Socket];
  for (const socket of [near, far]) resources.onEnd('socket', () => socket.destroy());
  return { near, far };
}

/** The part of werift's connection that media go through, over `socket` as werift itself writes to it. */
function senderThrough(socket: Socket): VideoSender {
  const send = (packet: Buffer) =>
    new Promise<void>((resolve, reject) =>
      socket.write(packet, (error) => (error ? reject(error) : resolve())),
    );
  const dtls = {
    srtp: { config: { keys: KEYS, profile: AEAD_AES_128_GCM } },
    srtcp: { encrypt: (compound: Buffer) => compound },
    iceTransport: { connection: { send, onData: new Event() } },
  } as unknown as RTCDtlsTransport;
  const transceiver = { sender: { stop: () => undefined } } as unknown as RTCRtpTransceiver;
  const sender = new VideoSender({
    transport: new WeriftMediaTransport(dtls, transceiver),
    format: { payloadType: 102, ssrc: 1_111, cname: 'picam' },
    ring: new RetransmissionRing(),
    clock: systemClock,
    wallClockMs: () => Date.now(),
    requestKeyframe: () => undefined,
  });
  resources.own(sender);
  return sender;
}

test('a viewer whose way takes nothing any more loses pictures, counted, and goes on with a key frame', async () => {
  const source = new FakeSource(systemClock);
  const tally = createTally();
  const stream = resources.own(new LiveStream({ source, logger: silentLogger, tally }));
  const { near, far } = await tcpWay();
  const sender = senderThrough(near);
  const stalled = new RecordingViewer();
  Object.defineProperty(stalled, 'congested', { get: () => sender.congested });
  stalled.handlePicture = (picture) => {
    stalled.pictures.push(picture);
    sender.send(picture);
  };
  const other = new RecordingViewer();
  stream.join(stalled);
  stream.join(other);
  source.keyframe();
  let made = 1;
  while (tally.droppedPictures.slowViewer < 10 && made < MOST_PICTURES) {
    source.picture(PICTURE_BYTES);
    made += 1;
    // The pacer holds back what comes faster than a camera makes it.
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  expect(tally.droppedPictures.slowViewer).toBe(10);
  expect(other.pictures).toHaveLength(made);
  expect(stalled.ends).toEqual([]);
  console.log(
    `a stalled TCP way: ${stalled.pictures.length} of ${made} pictures taken, ${(near.writableLength / 1024).toFixed(0)} KiB wait in this process`,
  );
  expect(near.writableLength).toBeLessThan(4 * 1024 * 1024);

  far.resume();
  await waitUntil('the way to be free', () => !sender.congested, 10_000);
  source.picture();
  expect(stalled.kinds.endsWith('K')).toBe(false);
  const before = stalled.pictures.length;
  source.keyframe();
  source.picture();
  expect(stalled.kinds.slice(before)).toBe('Kp');
  expect(other.pictures).toHaveLength(made + 3);
});
