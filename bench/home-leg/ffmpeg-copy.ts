import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { fromWire, type WireKeys } from '../wire-keys.ts';

const PROGRAM = 'ffmpeg';
const HOST = '127.0.0.1';
/** As Homebridge's plugins set it for Apple Home. */
const PACKET_BYTES = 1_316;

export interface FfmpegCopyOptions {
  /** Where it is given RTP in the clear; the next one is for RTCP. */
  readonly inputPort: number;
  readonly payloadType: number;
  /** SPS and PPS in base64. */
  readonly parameterSets: readonly string[];
  readonly outputPort: number;
  readonly keys: WireKeys;
}

/** An ffmpeg that makes SRTP of RTP and leaves the pictures as they are. */
export class FfmpegCopy {
  readonly #process: ChildProcess;

  constructor(options: FfmpegCopyOptions) {
    this.#process = spawn(PROGRAM, words(options), { stdio: ['pipe', 'ignore', 'inherit'] });
    this.#process.stdin?.end(description(options));
  }

  /** @throws when it did not start, or has ended. */
  get pid(): number {
    const { pid, exitCode, signalCode } = this.#process;
    if (pid === undefined || exitCode !== null || signalCode !== null)
      throw new Error(`${PROGRAM} does not run`);
    return pid;
  }

  async close(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#process;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exit;
  }
}

/** What it takes for a stream to begin and to go on with as little delay as ffmpeg can. */
function words({ outputPort, payloadType, keys }: FfmpegCopyOptions): string[] {
  const { masterKey, masterSalt } = fromWire(keys);
  return [
    ...['-hide_banner', '-loglevel', 'fatal'],
    ...['-fflags', 'nobuffer', '-flags', 'low_delay', '-analyzeduration', '0', '-probesize', '32'],
    ...['-protocol_whitelist', 'pipe,udp,rtp', '-f', 'sdp', '-i', 'pipe:0'],
    ...['-map', '0:v', '-c:v', 'copy', '-payload_type', String(payloadType), '-ssrc', '1', '-f', 'rtp'],
    ...['-srtp_out_suite', 'AES_CM_128_HMAC_SHA1_80'],
    ...['-srtp_out_params', Buffer.concat([masterKey, masterSalt]).toString('base64')],
    `srtp://${HOST}:${outputPort}?rtcpport=${outputPort}&pkt_size=${PACKET_BYTES}`,
  ];
}

function description({ inputPort, payloadType, parameterSets }: FfmpegCopyOptions): string {
  const lines = [
    'v=0',
    `o=- 0 0 IN IP4 ${HOST}`,
    's=-',
    `c=IN IP4 ${HOST}`,
    't=0 0',
    `m=video ${inputPort} RTP/AVP ${payloadType}`,
    `a=rtpmap:${payloadType} H264/90000`,
    `a=fmtp:${payloadType} packetization-mode=1;sprop-parameter-sets=${parameterSets.join(',')}`,
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** So many ports whose successor, for RTCP, is free as well. */
export async function freeInputPorts(n: number): Promise<number[]> {
  const taken: Socket[] = [];
  try {
    const ports: number[] = [];
    while (ports.length < n) {
      const [rtp, rtcp] = [createSocket('udp4'), createSocket('udp4')];
      taken.push(rtp, rtcp);
      const port = await bind(rtp, 0);
      if (port !== undefined && port % 2 === 0 && (await bind(rtcp, port + 1)) !== undefined)
        ports.push(port);
    }
    return ports;
  } finally {
    await Promise.all(taken.map(closed));
  }
}

function bind(socket: Socket, port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    socket.once('error', () => resolve(undefined));
    socket.bind(port, HOST, () => resolve(socket.address().port));
  });
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}
