import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { RTCPeerConnection } from 'werift';
import { isRtcp } from '../../media/rtp.ts';
import { SrtpGcmReceiver } from '../../media/srtp-gcm.ts';
import { FLOOR } from '../fan-out.ts';
import { answerQuestions } from '../bench-process.ts';
import { percentile } from '../results.ts';
import { FLOOR_KEYS, type Delays, type ReceiversQuestion } from './messages.ts';
import { delayMs } from './stream.ts';
import { askNoServer, createConnection, untilConnected } from './webrtc-settings.ts';

const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

let delaysMs: number[] = [];
let connections: RTCPeerConnection[] = [];

answerQuestions(async (question: ReceiversQuestion) => {
  if (question.kind === 'delays') return delays();
  if (question.kind === 'connect') return connect(question.answers);
  const open = question.variant === FLOOR ? openSocket : openConnection;
  return Promise.all(Array.from({ length: question.n }, open));
});

async function openSocket(): Promise<string> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
  const receiver = new SrtpGcmReceiver(FLOOR_KEYS);
  socket.on('message', (packet) => receive(packet, receiver));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return String(socket.address().port);
}

async function openConnection(): Promise<string> {
  const connection = createConnection();
  connections = [...connections, connection];
  connection.addTransceiver('video', { direction: 'recvonly' });
  askNoServer(connection);
  await connection.setLocalDescription(await connection.createOffer());
  return connection.localDescription?.sdp ?? '';
}

async function connect(answers: readonly string[]): Promise<void> {
  await Promise.all(
    connections.map(async (connection, n) => {
      await connection.setRemoteDescription({ type: 'answer', sdp: answers[n] ?? '' });
      await untilConnected(connection);
      takeOver(connection);
    }),
  );
}

/** Receives the media in werift's place, as cheaply as can be: what is measured is the sender. */
function takeOver(connection: RTCPeerConnection): void {
  const [transport] = connection.dtlsTransports;
  if (!transport) throw new Error('a connection has no transport');
  const { remoteMasterKey, remoteMasterSalt } = transport.srtp.config.keys;
  const receiver = new SrtpGcmReceiver({ masterKey: remoteMasterKey, masterSalt: remoteMasterSalt });
  const { onData } = transport.iceTransport.connection;
  onData.allUnsubscribe();
  onData.subscribe((packet) => receive(packet, receiver));
}

function receive(packet: Buffer, receiver: SrtpGcmReceiver): void {
  if (isRtcp(packet)) return;
  const plain = receiver.unprotectRtp(packet);
  if (plain) delaysMs.push(delayMs(plain.payload));
}

function delays(): Delays {
  const measured = delaysMs;
  delaysMs = [];
  const at = (share: number) => percentile(measured, share);
  return { packets: measured.length, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}
