import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Bytes to a web server, and the status they must be answered with. */
export interface MalformedRequest {
  readonly bytes: string | Buffer;
  readonly status: number;
}

const SESSION = 'A'.repeat(22);
const OFFER_WITHOUT_H264 =
  'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n';

/** One of everything that is wrong about a request to the web server at `host`, for the camera `device`. */
export function malformedHttpRequests(host: string, device: string): MalformedRequest[] {
  const raw = (status: number, line: string, headers: readonly string[] = [], body: string | Buffer = '') => {
    const lines = [`${line} HTTP/1.1`, ...(hasHost(headers) ? [] : [`Host: ${host}`]), 'Connection: close'];
    const length = body.length > 0 ? [`Content-Length: ${Buffer.byteLength(body)}`] : [];
    const head = [...lines, ...headers, ...length, '', ''].join('\r\n');
    return { status, bytes: Buffer.concat([Buffer.from(head), Buffer.from(body)]) };
  };
  const sdp = (status: number, path: string, body: string | Buffer) =>
    raw(status, `POST ${path}`, ['Content-Type: application/sdp'], body);
  const json = (status: number, path: string, body: string | Buffer, ...headers: string[]) =>
    raw(status, `POST ${path}`, ['Content-Type: application/json', ...headers], body);
  const whep = `/whep/${device}`;
  const stop = `/api/stop-webrtc?device=${device}`;
  const fragment = 'Content-Type: application/trickle-ice-sdpfrag';
  return [
    sdp(422, whep, 'garbage'),
    sdp(422, whep, randomBytes(500)),
    sdp(422, whep, OFFER_WITHOUT_H264),
    sdp(413, whep, 'v=0\r\n'.repeat(40_000)),
    sdp(404, '/whep/NOT-an-id', OFFER_WITHOUT_H264),
    sdp(404, '/whep/not-there', OFFER_WITHOUT_H264),
    sdp(404, '/whep/%2e%2e', OFFER_WITHOUT_H264),
    raw(415, `POST ${whep}`, ['Content-Type: text/html'], OFFER_WITHOUT_H264),
    raw(415, `POST ${whep}`, [], OFFER_WITHOUT_H264),
    raw(428, `PATCH ${whep}/${SESSION}`, [fragment], 'a=candidate:x\r\n'),
    raw(412, `PATCH ${whep}/${SESSION}`, [fragment, 'If-Match: "x"'], 'a=candidate:x\r\n'),
    raw(404, `DELETE ${whep}/${SESSION}`),
    raw(404, `DELETE ${whep}/short`),
    raw(404, `GET ${whep}/${SESSION}`),
    json(422, '/api/start-webrtc', '{"sdp":'),
    json(422, '/api/start-webrtc', '[]'),
    json(422, '/api/start-webrtc', '{"sdp":5}'),
    json(422, '/api/start-webrtc', `{"sdp":"v=0","type":"answer"}`),
    json(422, '/api/start-webrtc', randomBytes(300)),
    json(413, '/api/start-webrtc', `{"sdp":"${'x'.repeat(200_000)}"}`),
    json(422, '/api/start-webrtc?device=../x', JSON.stringify({ sdp: OFFER_WITHOUT_H264 })),
    json(403, stop, '{}', 'Origin: https://elsewhere.example'),
    json(422, stop, '{"session":5}'),
    json(404, stop, JSON.stringify({ session: SESSION })),
    raw(415, `POST ${stop}`, ['Content-Type: text/plain'], '{}'),
    raw(422, `GET /api/cameras/${device}/snapshot.jpg?width=wide`),
    raw(404, 'GET /api/cameras/not-there/snapshot.jpg'),
    raw(404, 'GET /../../../etc/passwd'),
    raw(404, 'GET /%2e%2e%2f%2e%2e%2fetc%2fpasswd'),
    raw(404, 'GET /..%5c..%5cserver%5cweb-server.ts'),
    raw(404, 'GET //etc/passwd'),
    raw(404, 'GET /main.ts%00.html'),
    raw(404, 'GET /%zz'),
    raw(404, 'PUT /'),
    raw(403, 'GET /', ['Host: rebound.example']),
    raw(431, 'GET /', [`Cookie: ${'x'.repeat(40_000)}`]),
    { status: 400, bytes: Buffer.concat([randomBytes(200), Buffer.from('\r\n\r\n')]) },
  ];
}

function hasHost(headers: readonly string[]): boolean {
  return headers.some((header) => header.startsWith('Host:'));
}

/** Sends one request as it is on a connection of its own; returns the status of the answer, 0 without one. */
export async function statusOf(url: URL, { bytes }: MalformedRequest): Promise<number> {
  const socket = connect(Number(url.port), url.hostname);
  // The server may hang up on what it does not want to read to the end.
  socket.on('error', () => undefined);
  const answer: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => answer.push(chunk));
  const closed = once(socket, 'close');
  socket.write(bytes);
  await closed;
  return statusIn(Buffer.concat(answer));
}

export interface SlowRequest {
  /** The status of the answer, once the server has given up. */
  readonly status: Promise<number>;
  close(): void;
}

/** A body that is announced and then comes a byte a second. */
export function sendSlowly(url: URL, path: string): SlowRequest {
  const socket: Socket = connect(Number(url.port), url.hostname);
  socket.on('error', () => undefined);
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: application/sdp\r\nContent-Length: 5000\r\n\r\nv=0`,
  );
  const timer = setInterval(() => socket.write('x'), 1_000);
  const answer: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => answer.push(chunk));
  const status = once(socket, 'close').then(() => {
    clearInterval(timer);
    return statusIn(Buffer.concat(answer));
  });
  return { status, close: () => socket.destroy() };
}

function statusIn(answer: Buffer): number {
  const [, status = '0'] = /^HTTP\/1\.1 (\d{3}) /u.exec(answer.toString('latin1')) ?? [];
  return Number(status);
}
