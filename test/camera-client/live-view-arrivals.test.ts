import { expect, test } from '@jest/globals';
import { Connection, Event, type IceConnection, type Protocol } from 'werift';
import { onMedia } from '../../camera-client/live-view-arrivals.ts';
import { takePictures } from '../device/viewer-session/media-path/made-pictures.ts';
import { connectedPair } from '../device/viewer-session/media-path/werift-receiver.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';

const resources = resourcesOfEachTest();
const PATIENCE_MS = 20_000;
const PACKETS = 6;

test('media on a UDP socket comes past werift, once, and everything else to werift', async () => {
  const { sender, receiver, received } = await connectedPair(resources);
  const ice = receiver.iceTransports[0]?.connection;
  if (!(ice instanceof Connection)) throw new Error('there is no connection');
  let questions = 0;
  for (const { onRequestReceived } of ice['protocols'] as readonly Protocol[])
    onRequestReceived.subscribe(() => (questions += 1));
  let ours = 0;
  const stop = onMedia(ice, () => (ours += 1));
  const [first, second] = takePictures(2);
  if (!first || !second) throw new Error('there are no pictures');
  sender.send(first);
  await waitUntil('the media', () => ours >= PACKETS, PATIENCE_MS);
  expect(received).toEqual([]);
  await waitUntil('a question whether it is still wanted', () => questions > 0, PATIENCE_MS);
  stop();
  sender.send(second);
  await waitUntil('the media at werift', () => received.length === PACKETS, PATIENCE_MS);
});

test('what comes another way, as through a TURN server, is taken from werift', () => {
  const onData = new Event<[Buffer]>();
  const taken: Buffer[] = [];
  const stop = onMedia({ onData } as unknown as IceConnection, (packet) => taken.push(packet));
  const [handshake, media, report] = [Buffer.of(22, 1), Buffer.of(128, 96), Buffer.of(129, 201)];
  for (const packet of [handshake, media, Buffer.alloc(0), report]) onData.execute(packet);
  stop();
  onData.execute(media);
  expect(taken).toEqual([media, report]);
});
