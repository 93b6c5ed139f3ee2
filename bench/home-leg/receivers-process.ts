import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { SrtpReceiver, SrtpSender } from '../../media/srtp.ts';
import { answerQuestions } from '../bench-process.ts';
import { readArrivals } from '../fan-out/arrivals/kernel-arrivals.ts';
import { RECEIVE_BUFFER_BYTES } from '../take-over.ts';
import { fromWire } from '../wire-keys.ts';
import type { ExpectedStream, Played, Received, ReceiversQuestion } from './messages.ts';
import { ReceivedStream } from './received-stream.ts';

const REPORT_INTERVAL_MS = 500;
/** RFC 3550 §6.4.2, of SSRC 1 and about nobody. */
const RECEIVER_REPORT = Buffer.from('80c9000100000001', 'hex');

const sockets: Socket[] = [];
const received: ReceivedStream[] = [];
let expected: readonly ExpectedStream[] = [];

answerQuestions(async (question: ReceiversQuestion) => {
  switch (question.kind) {
    case 'open':
      return Promise.all(Array.from({ length: question.n }, open));
    case 'expect':
      expect(question.streams);
      return undefined;
    case 'count begun':
      return received.filter(({ hasBegun }) => hasBegun).length;
    case 'received':
      return summary(question.played);
  }
});

async function open(): Promise<number> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
  const stream = new ReceivedStream();
  sockets.push(socket);
  received.push(stream);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  readArrivals(socket, (message, atMs) => stream.add(message, atMs));
  return socket.address().port;
}

function expect(streams: readonly ExpectedStream[]): void {
  expected = streams;
  for (const [n, { reports }] of streams.entries()) if (reports) report(sockets[n], reports);
}

/** Without it the plugin would take the controller for gone. */
function report(socket: Socket | undefined, { port, keys }: NonNullable<ExpectedStream['reports']>): void {
  const sender = new SrtpSender(fromWire(keys));
  setInterval(() => socket?.send(sender.protectRtcp(RECEIVER_REPORT), port, '127.0.0.1'), REPORT_INTERVAL_MS);
}

function summary({ fromMs, toMs }: Played): Received {
  const streams = expected.flatMap(
    ({ keys }, n) => received[n]?.read(new SrtpReceiver(fromWire(keys))) ?? [],
  );
  const sum = (of: (stream: (typeof streams)[number]) => number) =>
    streams.reduce((total, stream) => total + of(stream), 0);
  return {
    pictures: streams
      .flatMap(({ pictures }) => pictures)
      .filter(({ readyAtMs }) => readyAtMs >= Math.floor(fromMs) && readyAtMs <= Math.ceil(toMs)),
    packets: sum(({ packets }) => packets),
    lostPackets: sum(({ lostPackets }) => lostPackets),
  };
}
