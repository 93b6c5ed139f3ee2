import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { beforeEach, expect, test } from '@jest/globals';
import { Candidate, CandidatePair, Connection, StunProtocol, type Protocol } from 'werift';
import { UdpWay } from '../../../device/viewer-session/udp-way.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';

const resources = resourcesOfEachTest();
const PACKET = Buffer.from('a packet');

let ice: Connection;
let protocol: StunProtocol;
let way: UdpWay;

beforeEach(async () => {
  ice = new Connection(false);
  ice['consentFresh'] = true;
  protocol = resources.own(await openedProtocol());
  way = new UdpWay(ice);
});

test('there is none before the two sides agreed on a pair of addresses', () => {
  expect(way.send(PACKET)).toBe(false);
  expect(way.waitingPackets).toBe(0);
});

test('packets reach the agreed address, and the new one when another pair is agreed on', async () => {
  const [first, second] = [await openViewer(), await openViewer()];
  ice.nominated = pairWith(first.port);
  expect(way.send(PACKET)).toBe(true);
  await waitUntil('the packet', () => first.received.length === 1);
  ice.nominated = pairWith(second.port);
  expect(way.send(PACKET)).toBe(true);
  await waitUntil('the packet on the other way', () => second.received.length === 1);
  expect(first.received).toEqual([PACKET]);
});

test('nothing is sent to a viewer that no longer consents', async () => {
  const viewer = await openViewer();
  ice.nominated = pairWith(viewer.port);
  ice['consentFresh'] = false;
  expect(way.send(PACKET)).toBe(false);
});

test('a socket that was closed meanwhile is no way', async () => {
  ice.nominated = pairWith(9);
  expect(way.send(PACKET)).toBe(true);
  await protocol.close();
  expect(way.send(PACKET)).toBe(false);
  expect(way.waitingPackets).toBe(0);
});

test('what is not a plain socket to an address stays werift’s', () => {
  const relayed = { type: 'turn', localCandidate: undefined } as unknown as Protocol;
  ice.nominated = new CandidatePair(relayed, candidateAt('127.0.0.1', 9), false);
  expect(way.send(PACKET)).toBe(false);
  ice.nominated = new CandidatePair(protocol, candidateAt('a-name.local', 9), false);
  expect(way.send(PACKET)).toBe(false);
});

test('past Node there is a way only when Node has handed on what it was given', async () => {
  const { port } = await openViewer();
  ice.nominated = pairWith(port);
  expect(way.direct).toBeUndefined();
  await afterNode();
  const { descriptor } = way.direct ?? {};
  expect(way.direct).toEqual({ descriptor, address: '127.0.0.1', port });
  expect(descriptor).toBeGreaterThan(2);
  way.send(PACKET);
  expect(way.direct).toBeUndefined();
  await afterNode();
  expect(way.direct?.descriptor).toBe(descriptor);
});

test('past Node there is no way to a viewer that does not consent, nor through a closed socket', async () => {
  ice.nominated = pairWith(9);
  await afterNode();
  ice['consentFresh'] = false;
  expect(way.direct).toBeUndefined();
  ice['consentFresh'] = true;
  expect(way.direct).toBeDefined();
  await protocol.close();
  expect(way.direct).toBeUndefined();
});

function afterNode(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function openedProtocol(): Promise<StunProtocol> {
  const opened = new StunProtocol();
  await opened.connectionMade(true, undefined, { udp4: '127.0.0.1' });
  return opened;
}

async function openViewer() {
  const socket = resources.own(createSocket('udp4'));
  const received: Buffer[] = [];
  socket.on('message', (packet) => received.push(packet));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, received };
}

function pairWith(port: number): CandidatePair {
  return new CandidatePair(protocol, candidateAt('127.0.0.1', port), false);
}

function candidateAt(host: string, port: number): Candidate {
  return new Candidate('1', 1, 'udp', 1, host, port, 'host');
}
