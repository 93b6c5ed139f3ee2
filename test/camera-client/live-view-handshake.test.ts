import { expect, test } from '@jest/globals';
import { beginHandshake, isClient, type HandshakeClient } from '../../camera-client/live-view-handshake.ts';
import { ManualClock } from '../device/manual-clock.ts';

const HELLO = Buffer.from('hello');

/** A client that notes what it sends; `answer` is what its server does. */
function startClient() {
  const sent: Buffer[] = [];
  const dtls = { flight: 1 };
  const socket = {
    send: (packet: Buffer) => {
      sent.push(packet);
      return Promise.resolve();
    },
  };
  let begun = 0;
  const client: HandshakeClient = {
    transport: { socket },
    dtls,
    connect: async () => {
      begun += 1;
      await socket.send(HELLO);
    },
  };
  return { client, sent, answer: () => (dtls.flight = 3), begun: () => begun };
}

test('a client says hello at once, and werift that would later does not say it again', async () => {
  const { client, sent, begun } = startClient();
  beginHandshake(client, new ManualClock());
  expect(sent).toEqual([HELLO]);
  await client.connect();
  expect(begun()).toBe(1);
  expect(sent).toHaveLength(1);
});

test('it repeats its hello until it is answered', () => {
  const clock = new ManualClock();
  const { client, sent, answer } = startClient();
  beginHandshake(client, clock);
  clock.advance(30);
  expect(sent).toEqual([HELLO, HELLO, HELLO]);
  answer();
  clock.advance(1_000);
  expect(sent).toHaveLength(3);
  expect(clock.pendingTimers).toBe(0);
});

test('it gives the hello up to werift after a few times, and at once when the view is closed', () => {
  const clock = new ManualClock();
  const unheard = startClient();
  beginHandshake(unheard.client, clock);
  clock.advance(10_000);
  expect(unheard.sent).toHaveLength(6);

  const closed = startClient();
  beginHandshake(closed.client, clock)();
  clock.advance(10_000);
  expect(closed.sent).toHaveLength(1);
  expect(clock.pendingTimers).toBe(0);
});

test('a server is not taken for a client', () => {
  expect(isClient({ handleHandshakes: () => undefined })).toBe(false);
});
