import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';

const TIMEOUT_MS = 2_000;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { stun: 3478, turn: 3478, stuns: 5349, turns: 5349 };
/** RFC 8489 §5: a binding request without attributes, the magic cookie, and 12 random bytes. */
const BINDING_REQUEST = Buffer.from('000100002112a442', 'hex');
const TRANSACTION_BYTES = 12;

/** True when something there answers: a STUN binding by UDP, else a TCP connection. Never rejects. */
export async function iceServerAnswers(url: string): Promise<boolean> {
  const [, scheme = '', host = '', port, query = ''] =
    /^(stuns?|turns?):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(\?.*)?$/u.exec(url) ?? [];
  if (host === '') return false;
  const name = host.replace(/^\[|\]$/gu, '');
  const number = port === undefined ? (DEFAULT_PORTS[scheme] ?? 0) : Number(port);
  const isTcp = scheme.endsWith('s') || query.includes('transport=tcp');
  return isTcp ? await answersByTcp(name, number) : await answersByUdp(name, number);
}

function answersByUdp(host: string, port: number): Promise<boolean> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  const transaction = randomBytes(TRANSACTION_BYTES);
  return new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => end(false), TIMEOUT_MS);
    const end = (answers: boolean) => {
      clearTimeout(timer);
      resolve(answers);
    };
    socket.on('error', () => end(false));
    socket.on('message', (message) => {
      if (message.subarray(BINDING_REQUEST.length).indexOf(transaction) === 0) end(true);
    });
    socket.send(Buffer.concat([BINDING_REQUEST, transaction]), port, host, (error) => error && end(false));
  }).finally(() => socket.close());
}

function answersByTcp(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port, timeout: TIMEOUT_MS });
  return new Promise<boolean>((resolve) => {
    socket.on('connect', () => resolve(true));
    socket.on('timeout', () => resolve(false));
    socket.on('error', () => resolve(false));
  }).finally(() => socket.destroy());
}
