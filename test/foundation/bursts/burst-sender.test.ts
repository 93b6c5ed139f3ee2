import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { BurstSender, type DirectWay } from '../../../foundation/bursts/burst-sender.ts';
import type { Bursts } from '../../../foundation/bursts/open-bursts.ts';
import { socketDescriptor } from '../../../foundation/bursts/socket-descriptor.ts';
import type { RtpPayload } from '../../../media/h264-packetizer.ts';
import { writeRtpHeader } from '../../../media/rtp.ts';
import { SrtpGcmReceiver, SrtpGcmSender } from '../../../media/srtp-gcm.ts';
import type { SrtpProtector } from '../../../media/srtp-protection.ts';
import { SrtpReceiver, SrtpSender } from '../../../media/srtp.ts';
import type { InOwnNetwork } from './in-own-network.ts';
import { burstAddonOfThisMachine } from './burst-addon-of-this-machine.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';

const resources = resourcesOfEachTest();
const KEYS = { masterKey: Buffer.alloc(16, 7), masterSalt: Buffer.alloc(12, 9) };
const COUNTER_MODE_KEYS = { masterKey: Buffer.alloc(16, 7), masterSalt: Buffer.alloc(14, 9) };
const SUITES = [
  {
    suite: 'AEAD_AES_128_GCM',
    newSender: () => new SrtpGcmSender(KEYS),
    newReceiver: () => new SrtpGcmReceiver(KEYS),
  },
  {
    suite: 'AES_CM_128_HMAC_SHA1_80',
    newSender: () => new SrtpSender(COUNTER_MODE_KEYS),
    newReceiver: () => new SrtpReceiver(COUNTER_MODE_KEYS),
  },
];
const KEY = Buffer.alloc(16, 1);
const SALT = Buffer.alloc(12, 2);
const SSRC = 0xdeadbeef;
const EXTENSION = { id: 5, data: Buffer.of(0, 0, 0) };

const addon = burstAddonOfThisMachine();
const segmented: Bursts = { addon, canSegment: true };
const asList: Bursts = { addon, canSegment: false };

interface Ends {
  readonly socket: Socket;
  readonly way: DirectWay;
  readonly received: Buffer[];
}

async function openEnds(type: 'udp4' | 'udp6' = 'udp4'): Promise<Ends> {
  const address = type === 'udp4' ? '127.0.0.1' : '::1';
  const open = async () => {
    const socket = resources.own(createSocket(type));
    socket.bind(0, address);
    await once(socket, 'listening');
    return socket;
  };
  const [socket, receiver] = [await open(), await open()];
  const received: Buffer[] = [];
  receiver.on('message', (packet: Buffer) => received.push(packet));
  const descriptor = socketDescriptor(socket);
  if (descriptor === undefined) throw new Error('this Node keeps the descriptor elsewhere');
  return { socket, received, way: { descriptor, address, port: receiver.address().port } };
}

/** Each payload is full of a byte of its own. */
function packetsOf(sizes: readonly number[]): RtpPayload[] {
  return sizes.map((bytes, n) => ({ payload: Buffer.alloc(bytes, n + 1), marker: n === sizes.length - 1 }));
}

function headerOf(sequenceNumber: number, marker = false): Buffer {
  return writeRtpHeader({ payloadType: 102, marker, sequenceNumber, timestamp: 4_000_000_000, ssrc: SSRC }, [
    EXTENSION,
  ]);
}

/** What the sender of single packets makes of the same. */
function oneByOne(sender: SrtpProtector, first: number, packets: readonly RtpPayload[]): string[] {
  return packets.map(({ payload, marker }, n) =>
    sender.protectRtp(headerOf((first + n) % 65_536, marker), payload).toString('hex'),
  );
}

const keyframe = [40, ...Array.from({ length: 56 }, () => 1200), 733];

describe.each(SUITES)('with $suite', ({ newSender, newReceiver }) => {
  test.each<[string, readonly number[]]>([
    ['a single packet', [300]],
    ['an empty payload', [0]],
    ['two of the same size', [1200, 1200]],
    ['a smaller last one', [1200, 1200, 5]],
    ['a larger one in between', [100, 1200, 100, 100, 1200, 1]],
    ['a key frame', keyframe],
    ['as many as one burst holds', Array.from({ length: 64 }, () => 90)],
    ['all of different sizes', Array.from({ length: 64 }, (_, n) => 1 + n * 18)],
  ])('%s leaves as if its packets had been sent one by one', async (_, sizes) => {
    const packets = packetsOf(sizes);
    const expected = oneByOne(newSender(), 1000, packets);
    for (const kind of [segmented, asList]) {
      const { way, received } = await openEnds();
      const sender = new BurstSender(kind, newSender());
      expect(sender.send(way, headerOf(1000), packets)).toBe(packets.length);
      await waitUntil('all packets', () => received.length === packets.length, 5_000);
      expect(received.map((packet) => packet.toString('hex'))).toEqual(expected);
    }
  });

  test('the sequence numbers wrap within a burst and between bursts', async () => {
    const { way, received } = await openEnds();
    const sender = new BurstSender(segmented, newSender());
    const singles = newSender();
    const packets = packetsOf(Array.from({ length: 60 }, () => 100));
    // 60 packets each; the steps between them are losses that a receiver counts alike.
    const firsts = [32_000, 60_000, 65_500, 24, 30_000, 60_000, 65_476, 0, 20_000];
    const expected: string[] = [];
    for (const first of firsts) {
      expected.push(...oneByOne(singles, first, packets));
      expect(sender.send(way, headerOf(first), packets)).toBe(packets.length);
      await waitUntil('the burst', () => received.length === expected.length, 5_000);
    }
    expect(received.map((packet) => packet.toString('hex'))).toEqual(expected);
    const receiver = newReceiver();
    const indexes = received.map((packet) => receiver.unprotectRtp(packet)?.index);
    const [roll, twice] = [65_536, 2 * 65_536];
    const starts = [32_000, 60_000, 65_500, roll + 24, roll + 30_000, roll + 60_000, roll + 65_476];
    expect(indexes).toEqual(
      [...starts, twice, twice + 20_000].flatMap((first) => packets.map((_, n) => first + n)),
    );
  });

  test('single packets and bursts count as one stream', async () => {
    const { way, received } = await openEnds();
    const shared = newSender();
    const sender = new BurstSender(segmented, shared);
    const packets = packetsOf([10, 20, 30]);
    sender.send(way, headerOf(65_533), packets);
    await waitUntil('the burst', () => received.length === 3, 5_000);
    const receiver = newReceiver();
    const all = [...received, shared.protectRtp(headerOf(0), Buffer.from('x'))];
    expect(all.map((packet) => receiver.unprotectRtp(packet)?.index)).toEqual([
      65_533, 65_534, 65_535, 65_536,
    ]);
  });
});

test('a burst is no larger than what a socket of the usual size holds; the rest is left, with its marker', async () => {
  const { way, received } = await openEnds();
  const shared = new SrtpGcmSender(KEYS);
  const sender = new BurstSender(segmented, shared);
  const packets = packetsOf(Array.from({ length: 100 }, () => 1200));
  const sent = sender.send(way, headerOf(7), packets);
  expect(sent).toBe(64);
  await waitUntil('the burst', () => received.length === sent, 5_000);
  const expected = oneByOne(new SrtpGcmSender(KEYS), 7, packets);
  const rest = packets
    .slice(sent)
    .map(({ payload, marker }, n) => shared.protectRtp(headerOf(7 + sent + n, marker), payload));
  expect([...received, ...rest].map((packet) => packet.toString('hex'))).toEqual(expected);
});

test('the beginning of a picture leaves without a marker', async () => {
  const { way, received } = await openEnds();
  const packets = packetsOf([10, 20]).map(({ payload }) => ({ payload, marker: false }));
  new BurstSender(segmented, new SrtpGcmSender(KEYS)).send(way, headerOf(1), packets);
  await waitUntil('the burst', () => received.length === 2, 5_000);
  const expected = oneByOne(new SrtpGcmSender(KEYS), 1, packets);
  expect(received.map((packet) => packet.toString('hex'))).toEqual(expected);
});

test('IPv6 is served as IPv4 is', async () => {
  const { way, received } = await openEnds('udp6');
  const sender = new BurstSender(segmented, new SrtpGcmSender(KEYS));
  const packets = packetsOf(keyframe);
  expect(sender.send(way, headerOf(1), packets)).toBe(packets.length);
  await waitUntil('all packets', () => received.length === packets.length, 5_000);
  const expected = oneByOne(new SrtpGcmSender(KEYS), 1, packets);
  expect(received.map((packet) => packet.toString('hex'))).toEqual(expected);
});

test('nothing is sent, and nothing counted, of what is too large, or to what is not the address of one host', async () => {
  const { way } = await openEnds();
  const shared = new SrtpGcmSender(KEYS);
  const sender = new BurstSender(segmented, shared);
  expect(sender.send({ ...way, address: 'camera.local' }, headerOf(40_000), packetsOf([10]))).toBe(0);
  expect(sender.send({ ...way, address: 'fe80::1%eth0' }, headerOf(40_000), packetsOf([10]))).toBe(0);
  expect(sender.send(way, headerOf(1), [])).toBe(0);
  expect(sender.send(way, headerOf(40_000), packetsOf([10, 1_436 - headerOf(1).length + 1]))).toBe(0);
  expect(sender.send(way, headerOf(0), packetsOf([1_436 - headerOf(1).length]))).toBe(1);
  const next = shared.protectRtp(headerOf(1), Buffer.from('x'));
  expect(new SrtpGcmReceiver(KEYS).unprotectRtp(next)?.index).toBe(1);
});

test('what cannot be sent is left to whoever sends one by one', async () => {
  const { way } = await openEnds();
  for (const kind of [segmented, asList]) {
    const sender = new BurstSender(kind, new SrtpGcmSender(KEYS));
    expect(sender.send({ ...way, address: '::1' }, headerOf(1), packetsOf(keyframe))).toBe(0);
    expect(sender.send({ ...way, descriptor: 999_999 }, headerOf(60), packetsOf([5, 5]))).toBe(0);
  }
});

test('in a network of its own: what is cut by the kernel, where it cannot, and a socket that is full', () => {
  const program = fileURLToPath(new URL('./in-own-network.ts', import.meta.url));
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const words = ['--net', ...asRoot, process.execPath, '--no-warnings', program];
  const seen = JSON.parse(
    execFileSync('unshare', words, { encoding: 'utf8', timeout: 20_000 }),
  ) as InOwnNetwork;
  // Four datagrams of sixteen packets at most.
  expect(seen.equal).toEqual({ sent: 57, datagrams: 4, received: 57 });
  expect(seen.list).toEqual({ sent: 57, datagrams: 57, received: 57 });
  expect(seen.narrow).toMatchObject({ sent: [20, 20], received: 40 });
  const [first, second] = seen.full;
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(64);
  expect(second).toBe(0);
});

test('a closed socket has no descriptor any more', async () => {
  const socket = createSocket('udp4');
  expect(socketDescriptor(socket)).toBeUndefined();
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  expect(socketDescriptor(socket)).toBeGreaterThan(2);
  socket.close();
  expect(socketDescriptor(socket)).toBeUndefined();
});

const key = addon.createKey(KEY, SALT, true);
const target = addon.createAddress('127.0.0.1', 9) ?? Buffer.alloc(0);
const header = headerOf(1);
const ends = (...numbers: number[]) => Uint32Array.from(numbers);

test.each<[string, () => unknown, RegExp]>([
  ['a short key', () => addon.createKey(KEY.subarray(1), SALT, true), /16 bytes/u],
  ['a long salt', () => addon.createKey(KEY, Buffer.alloc(14), true), /salt of 12/u],
  ['a short salt', () => addon.createKey(KEY, SALT, true, Buffer.alloc(20)), /salt of 14/u],
  ['a short key for the tag', () => addon.createKey(KEY, Buffer.alloc(14), true, KEY), /further key of 20/u],
  ['a port too high', () => addon.createAddress('127.0.0.1', 70_000), /address and a port/u],
  [
    'what is no key',
    () => addon.sendBurst({} as never, 3, target, header, 0, SALT, ends(1), true),
    /takes a key/u,
  ],
  ['half an address', () => addon.sendBurst(key, 3, SALT, header, 0, SALT, ends(1), true), /takes a key/u],
  [
    'half a header',
    () => addon.sendBurst(key, 3, target, SALT.subarray(1), 0, SALT, ends(1), true),
    /whole RTP/u,
  ],
  ['an end behind', () => addon.sendBurst(key, 3, target, header, 0, SALT, ends(13), true), /do not fit/u],
  [
    'ends that go back',
    () => addon.sendBurst(key, 3, target, header, 0, SALT, ends(9, 8), true),
    /do not fit/u,
  ],
  [
    'a payload too large',
    () => addon.sendBurst(key, 3, target, header, 0, Buffer.alloc(1500), ends(1500), true),
    /too large/u,
  ],
])('the addon refuses %s', (_, call, message) => {
  expect(call).toThrow(message);
});
