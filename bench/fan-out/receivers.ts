import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import {
  Connection,
  StunProtocol,
  UdpTransport,
  type IceConnection,
  type Protocol,
  type RTCDtlsTransport,
  type RTCPeerConnection,
} from 'werift';
import { SrtpReceiver } from '../../media/srtp.ts';
import { SrtpGcmReceiver } from '../../media/srtp-gcm.ts';
import type { SrtpUnprotector } from '../../media/srtp-protection.ts';
import { answerQuestions } from '../bench-process.ts';
import { readArrivals } from './arrivals/kernel-arrivals.ts';
import { FLOOR_KEYS, type ReceiversQuestion } from './messages.ts';
import { ReceivedPackets } from './received-packets.ts';
import { askNoServer, createConnection, untilConnected } from './webrtc-settings.ts';

const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
const AEAD_AES_128_GCM = 0x0007;

const received = new ReceivedPackets();
const connections: RTCPeerConnection[] = [];

answerQuestions((question: ReceiversQuestion) => {
  switch (question.kind) {
    case 'offer':
      return repeat(question.n, () => offer(question.codec));
    case 'handle answers':
      return handleAnswers(question.answers);
    case 'answer':
      return each(question.offers, answer);
    case 'open sockets':
      return repeat(question.n, openSocket);
    case 'connect':
      return Promise.all(connections.map((connection) => takeOver(connection)));
    case 'reset':
      received.clear();
      return Promise.resolve();
    case 'delays':
      return Promise.resolve(received.takeDelays(question.readyTime));
  }
});

async function openSocket(): Promise<string> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
  const keys = new SrtpGcmReceiver(FLOOR_KEYS);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  readArrivals(socket, (packet, atMs) => received.add(packet, keys, atMs));
  return String(socket.address().port);
}

async function offer(codec: 'H264' | 'VP8'): Promise<string> {
  const connection = createConnection(codec);
  connections.push(connection);
  connection.addTransceiver('video', { direction: 'recvonly' });
  askNoServer(connection);
  await connection.setLocalDescription(await connection.createOffer());
  return connection.localDescription?.sdp ?? '';
}

async function handleAnswers(answers: readonly string[]): Promise<void> {
  const newest = connections.slice(-answers.length);
  await each(answers, (sdp, n) => newest[n]?.setRemoteDescription({ type: 'answer', sdp }));
  await Promise.all(newest.map(untilConnected));
}

async function answer(sdp: string): Promise<string> {
  const connection = createConnection();
  connections.push(connection);
  await connection.setRemoteDescription({ type: 'offer', sdp });
  askNoServer(connection);
  await connection.setLocalDescription(await connection.createAnswer());
  return connection.localDescription?.sdp ?? '';
}

/** Receives the media in werift's place, as cheaply as can be: what is measured is the sender. */
async function takeOver(connection: RTCPeerConnection): Promise<void> {
  await untilConnected(connection);
  const [transport] = connection.dtlsTransports;
  if (!transport) throw new Error('a connection has no transport');
  const keys = keysOf(transport);
  const { connection: ice } = transport.iceTransport;
  ice.onData.allUnsubscribe();
  // The pair of addresses in use may still change.
  for (const socket of socketsOf(ice))
    readArrivals(socket, (packet, atMs) => received.add(packet, keys, atMs));
}

function socketsOf(ice: IceConnection): Socket[] {
  const protocols = ice instanceof Connection ? (ice['protocols'] as readonly Protocol[]) : [];
  const sockets = protocols.flatMap((protocol) =>
    protocol instanceof StunProtocol && protocol.transport instanceof UdpTransport
      ? [protocol.transport.socket]
      : [],
  );
  for (const socket of sockets) socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
  return sockets;
}

function keysOf({ srtp }: RTCDtlsTransport): SrtpUnprotector {
  const { profile, keys } = srtp.config;
  const remote = { masterKey: keys.remoteMasterKey, masterSalt: keys.remoteMasterSalt };
  return profile === AEAD_AES_128_GCM ? new SrtpGcmReceiver(remote) : new SrtpReceiver(remote);
}

function repeat<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, work));
}

function each<T>(items: readonly string[], work: (item: string, n: number) => T): Promise<Awaited<T>[]> {
  return Promise.all(items.map(work));
}
