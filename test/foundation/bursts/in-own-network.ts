// Sends bursts in a network namespace of its own, where nothing else is counted, and prints what became of them.
import { execFileSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { BurstSender } from '../../../foundation/bursts/burst-sender.ts';
import { socketDescriptor } from '../../../foundation/bursts/socket-descriptor.ts';
import { writeRtpHeader } from '../../../media/rtp.ts';
import { SrtpGcmSender } from '../../../media/srtp-gcm.ts';
import { burstAddonOfThisMachine } from './burst-addon-of-this-machine.ts';

/** What the parent reads. `datagrams` is what the network saw, `received` what came out of the receiving socket. */
export interface InOwnNetwork {
  readonly equal: { readonly sent: number; readonly datagrams: number; readonly received: number };
  readonly list: { readonly sent: number; readonly datagrams: number; readonly received: number };
  /** The network's packets may be 1280 bytes large, which a datagram to cut would exceed. */
  readonly narrow: { readonly sent: readonly number[]; readonly received: number };
  /** Nobody answers there, so that the socket fills up. */
  readonly full: readonly number[];
}

const PORT = 4_000;
const KEYS = { masterKey: Buffer.alloc(16, 7), masterSalt: Buffer.alloc(12, 9) };
const SETTLE_MS = 200;

function ip(...words: string[]): void {
  execFileSync('ip', words);
}

function datagramsOf(networkInterface: string): number {
  const line = readFileSync('/proc/net/dev', 'utf8')
    .split('\n')
    .find((one) => one.trim().startsWith(`${networkInterface}:`));
  const sent = line?.trim().split(/\s+/u)[10];
  if (sent === undefined) throw new Error(`there is no ${networkInterface}`);
  return Number(sent);
}

async function open(address: string, sendBufferSize?: number): Promise<Socket> {
  const type = address.includes(':') ? 'udp6' : 'udp4';
  const socket = createSocket(sendBufferSize === undefined ? { type } : { type, sendBufferSize });
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}

function senderTo(socket: Socket, address: string, port: number, canSegment: boolean) {
  const bursts = new BurstSender({ addon: burstAddonOfThisMachine(), canSegment }, new SrtpGcmSender(KEYS));
  let sequenceNumber = 0;
  return (count: number, bytes: number): number => {
    const packets = Array.from({ length: count }, (_, n) => ({
      payload: Buffer.alloc(bytes),
      marker: n === count - 1,
    }));
    const header = writeRtpHeader({ payloadType: 102, marker: false, sequenceNumber, timestamp: 1, ssrc: 2 });
    sequenceNumber += count;
    const descriptor = socketDescriptor(socket);
    if (descriptor === undefined) throw new Error('no descriptor');
    return bursts.send({ descriptor, address, port }, header, packets);
  };
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}

async function overLoopback(address: string, canSegment: boolean, pictures: readonly [number, number][]) {
  const [socket, receiver] = [await open(address), await open(address)];
  let received = 0;
  receiver.on('message', () => (received += 1));
  const send = senderTo(socket, address, receiver.address().port, canSegment);
  const before = datagramsOf('lo');
  const sent: number[] = [];
  for (const [count, bytes] of pictures) {
    sent.push(send(count, bytes));
    await settle();
  }
  const datagrams = datagramsOf('lo') - before;
  socket.close();
  receiver.close();
  return { sent, datagrams, received };
}

async function toNobody(): Promise<number[]> {
  const socket = await open('10.1.1.1', 20_000);
  const send = senderTo(socket, '10.1.1.2', PORT, true);
  const sent = [send(64, 1_000), send(64, 1_000)];
  socket.close();
  return sent;
}

ip('link', 'set', 'lo', 'up');
ip('link', 'add', 'near', 'type', 'veth', 'peer', 'name', 'far');
for (const end of ['near', 'far']) ip('link', 'set', end, 'up');
ip('addr', 'add', '10.1.1.1/24', 'dev', 'near');

const [equal, list] = [
  await overLoopback('127.0.0.1', true, [[57, 1_000]]),
  await overLoopback('127.0.0.1', false, [[57, 1_000]]),
];
ip('link', 'set', 'lo', 'mtu', '1280');
const narrow = await overLoopback('127.0.0.1', true, [
  [20, 1_300],
  [20, 1_300],
]);
const result: InOwnNetwork = {
  equal: { ...equal, sent: equal.sent[0] ?? 0 },
  list: { ...list, sent: list.sent[0] ?? 0 },
  narrow,
  full: await toNobody(),
};
console.log(JSON.stringify(result));
