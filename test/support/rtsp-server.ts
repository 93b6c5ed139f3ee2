import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { packetizeH264 } from '../../media/h264-packetizer.ts';
import { writeRtpHeader } from '../../media/rtp.ts';
import { accessUnitsOf, readRecording } from '../media/rpicam-recordings.ts';

export interface RtspServerOptions {
  readonly username: string;
  readonly password: string;
  /** Plays without a single picture. */
  readonly isSilent?: boolean;
  /** Default: any free one. */
  readonly port?: number;
}

export interface RtspServer {
  readonly port: number;
  /** How often somebody has asked it to play. */
  readonly plays: () => number;
  /** When each picture was written, microseconds of the monotonic clock. */
  readonly writtenAtUs: readonly number[];
  readonly stop: () => Promise<void>;
}

const FRAMES_PER_SECOND = 30;
const RTP_CLOCK_HZ = 90_000;
const SDP = [
  ...['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=door', 'c=IN IP4 0.0.0.0', 't=0 0', 'm=video 0 RTP/AVP 96'],
  ...['a=rtpmap:96 H264/90000', 'a=fmtp:96 packetization-mode=1', 'a=control:video', ''],
].join('\r\n');

/** A network camera of RFC 2326, with TCP-interleaved RTP and Basic authentication, that plays a recording at /door. */
export async function startRtspServer(options: RtspServerOptions): Promise<RtspServer> {
  const writtenAtUs: number[] = [];
  const ends = new Set<() => void>();
  let plays = 0;
  const server = createServer((socket) => {
    const player = new InterleavedPlayer(socket, writtenAtUs);
    const end = () => {
      player.stop();
      socket.destroy();
      ends.delete(end);
    };
    ends.add(end);
    socket.on('error', end).on('close', end);
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      for (let at = received.indexOf('\r\n\r\n'); at >= 0; at = received.indexOf('\r\n\r\n')) {
        const request = received.slice(0, at);
        received = received.slice(at + 4);
        socket.write(answer(request, options));
        if (!request.startsWith('PLAY')) continue;
        plays += 1;
        if (!options.isSilent) player.start();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    plays: () => plays,
    writtenAtUs,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const end of [...ends]) end();
      }),
  };
}

function answer(request: string, { username, password }: RtspServerOptions): string {
  const sequence = /^CSeq: *(\d+)/im.exec(request)?.[1] ?? '0';
  const reply = (status: string, headers: readonly string[] = [], body = '') =>
    [`RTSP/1.0 ${status}`, `CSeq: ${sequence}`, ...headers, `Content-Length: ${body.length}`, '', body].join(
      '\r\n',
    );
  const credentials = Buffer.from(`${username}:${password}`).toString('base64');
  if (request.startsWith('OPTIONS')) return reply('200 OK', ['Public: DESCRIBE, SETUP, PLAY, TEARDOWN']);
  if (!request.includes(`Authorization: Basic ${credentials}`))
    return reply('401 Unauthorized', ['WWW-Authenticate: Basic realm="door"']);
  if (!/^\w+ rtsp:\/\/[^/]+\/door/.test(request)) return reply('404 Not Found');
  if (request.startsWith('DESCRIBE')) return reply('200 OK', ['Content-Type: application/sdp'], SDP);
  if (request.startsWith('SETUP'))
    return reply('200 OK', ['Session: 1', 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1']);
  return reply('200 OK', ['Session: 1']);
}

class InterleavedPlayer {
  readonly #units = accessUnitsOf(readRecording('recommended-720p30'));
  readonly #socket: Socket;
  readonly #writtenAtUs: number[];
  #timer: NodeJS.Timeout | undefined;
  #sequenceNumber = 0;
  #pictures = 0;

  constructor(socket: Socket, writtenAtUs: number[]) {
    this.#socket = socket;
    this.#writtenAtUs = writtenAtUs;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#sendPicture(), 1000 / FRAMES_PER_SECOND);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #sendPicture(): void {
    const unit = this.#units[this.#pictures % this.#units.length];
    if (!unit || this.#socket.destroyed) return;
    const timestamp = (this.#pictures * RTP_CLOCK_HZ) / FRAMES_PER_SECOND;
    this.#pictures += 1;
    for (const { payload, marker } of packetizeH264(unit)) {
      this.#sequenceNumber += 1;
      const header = { payloadType: 96, marker, sequenceNumber: this.#sequenceNumber, timestamp, ssrc: 1 };
      const packet = Buffer.concat([writeRtpHeader(header), payload]);
      this.#socket.write(
        Buffer.concat([Buffer.from([0x24, 0, packet.length >> 8, packet.length & 255]), packet]),
      );
    }
    this.#writtenAtUs.push(Number(process.hrtime.bigint() / 1000n));
  }
}
