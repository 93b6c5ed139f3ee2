import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { RTCPeerConnection } from 'werift';
import { SrtpGcmReceiver } from '../../media/srtp-gcm.ts';
import { answerQuestions } from '../bench-process.ts';
import { RECEIVE_BUFFER_BYTES, takeOverMedia } from '../take-over.ts';
import { readArrivals } from './arrivals/kernel-arrivals.ts';
import { FLOOR_KEYS, type ReceiversQuestion } from './messages.ts';
import { ReceivedPackets } from './received-packets.ts';
import { askNoServer, createConnection, untilConnected } from './webrtc-settings.ts';

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

async function takeOver(connection: RTCPeerConnection): Promise<void> {
  await untilConnected(connection);
  const keys = takeOverMedia(connection, (packet, atMs) => received.add(packet, keys, atMs));
}

function repeat<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, work));
}

function each<T>(items: readonly string[], work: (item: string, n: number) => T): Promise<Awaited<T>[]> {
  return Promise.all(items.map(work));
}
