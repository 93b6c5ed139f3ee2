import { expect, test } from '@jest/globals';
import { type AwaitedHandshake, EarlyHandshake } from '../../../device/viewer-session/early-handshake.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { helloBeforeAnswers } from './hello-before-answers.ts';
import { connectedPair } from './media-path/werift-receiver.ts';

const resources = resourcesOfEachTest();
const HANDSHAKE = 22;

function listening() {
  const handlers = new Set<(packet: Buffer) => void>();
  const heard: Buffer[] = [];
  const listener = { transport: { socket: { onData: (packet: Buffer) => void heard.push(packet) } } };
  const transport: { dtls?: typeof listener } & AwaitedHandshake = {
    iceTransport: {
      connection: {
        onData: {
          subscribe: (handle) => {
            handlers.add(handle);
            return { unSubscribe: () => void handlers.delete(handle) };
          },
        },
      },
    },
  };
  const early = new EarlyHandshake(transport);
  early.open();
  const begin = () => {
    transport.dtls = listener;
    early.handOver();
  };
  const send = (packet: Buffer) => handlers.forEach((handle) => handle(packet));
  return { early, begin, send, heard, handlers };
}

const packet = (type: number, bytes = 100) => Buffer.alloc(bytes, type);

test('what came of the handshake before anybody listened is handed over once, in its order', () => {
  const { begin, send, heard, handlers } = listening();
  const [one, two] = [packet(HANDSHAKE, 10), packet(HANDSHAKE, 20)];
  send(one);
  send(two);
  expect(heard).toEqual([]);
  begin();
  expect(heard).toEqual([one, two]);
  begin();
  expect(heard).toHaveLength(2);
  expect(handlers.size).toBe(0);
});

test('media and checks of the way are not kept', () => {
  const { begin, send, heard } = listening();
  for (const type of [0, 1, 19, 64, 128, 200]) send(packet(type));
  send(Buffer.alloc(0));
  begin();
  expect(heard).toEqual([]);
});

test('no more is kept than a handshake begins with', () => {
  const many = listening();
  for (let sent = 0; sent < 1000; sent += 1) many.send(packet(HANDSHAKE));
  many.begin();
  expect(many.heard).toHaveLength(8);
  const long = listening();
  for (let sent = 0; sent < 8; sent += 1) long.send(packet(HANDSHAKE, 10_000));
  long.begin();
  expect(long.heard).toHaveLength(1);
});

test('a viewer that is gone leaves nothing', () => {
  const { early, begin, send, heard, handlers } = listening();
  send(packet(HANDSHAKE));
  early.close();
  expect(handlers.size).toBe(0);
  begin();
  expect(heard).toEqual([]);
});

test('one hello is enough for a real viewer that says it before the camera has found the way', async () => {
  let hadToWait = () => false;
  await connectedPair(resources, { beforeOffer: (viewer) => (hadToWait = helloBeforeAnswers(viewer)) });
  expect(hadToWait()).toBe(true);
});
