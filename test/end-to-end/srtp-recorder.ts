import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { accessUnitToAnnexB } from '../../media/access-unit.ts';
import { H264Depacketizer } from '../../media/h264-depacketizer.ts';
import { parseRtcp, type RtcpPacket } from '../../media/rtcp.ts';
import { isRtcp, writeRtpHeader, type RtpPacket } from '../../media/rtp.ts';
import type { SrtpMasterKeys } from '../../media/srtp-keys.ts';
import { SrtpReceiver, SrtpSender } from '../../media/srtp.ts';

const REPORT_INTERVAL_MS = 500;
/** RFC 3550 §6.4.2, of SSRC 1 and about nobody. */
const RECEIVER_REPORT = Buffer.from('80c9000100000001', 'hex');
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

export interface ReceivedReport {
  readonly atEpochMs: number;
  readonly report: Extract<RtcpPacket, { kind: 'sr' }>;
}

/** The phone's end of a HomeKit stream: receives, decrypts and keeps everything. */
export class SrtpRecorder {
  readonly packets: RtpPacket[] = [];
  readonly reports: ReceivedReport[] = [];
  /** Where packets came from. */
  readonly senders = new Set<string>();
  readonly #ownAddress: string;
  readonly #socket: Socket;
  readonly #untilKeyFrame = new H264Depacketizer();
  readonly #waiting: { message: Buffer; atEpochMs: number; atMs: number }[] = [];
  #receiver: SrtpReceiver | undefined;
  #reply: (packet: Buffer) => void = () => undefined;
  #talk: (header: Buffer, opus: Buffer) => void = () => undefined;
  #said = 0;
  #timer: NodeJS.Timeout | undefined;
  undecrypted = 0;
  /** On performance.now()'s clock. */
  firstPacketAtMs: number | undefined;
  /** When a decoder had all of the first key frame, on the same clock. */
  firstKeyFrameAtMs: number | undefined;

  constructor(ownAddress = '127.0.0.1') {
    this.#ownAddress = ownAddress;
    this.#socket = createSocket(isIPv6(ownAddress) ? 'udp6' : 'udp4');
  }

  async open(): Promise<number> {
    this.#socket.on('message', (message, { address }) => {
      this.senders.add(address);
      this.#waiting.push({ message, atEpochMs: Date.now(), atMs: performance.now() });
      this.#decrypt();
    });
    await new Promise<void>((resolve) => this.#socket.bind(0, this.#ownAddress, resolve));
    this.#socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    return this.#socket.address().port;
  }

  /** What came before the keys is decrypted now. */
  useKeys(keys: SrtpMasterKeys): void {
    this.#receiver = new SrtpReceiver(keys);
    this.#decrypt();
  }

  /** From now on sends receiver reports, as a phone does, so that the other side knows that it is there. */
  answer(keys: SrtpMasterKeys, port: number, address = this.#ownAddress): void {
    const sender = new SrtpSender(keys);
    this.#reply = (packet) => this.#socket.send(sender.protectRtcp(packet), port, address);
    this.#talk = (header, opus) => this.#socket.send(sender.protectRtp(header, opus), port, address);
    this.#timer = setInterval(() => this.#reply(RECEIVER_REPORT), REPORT_INTERVAL_MS);
  }

  /** Into the phone: the next packet of what its owner says. @param ticks of its duration, in the clock that Home chose. */
  say(opus: Buffer, payloadType: number, ticks: number): void {
    const [sequenceNumber, timestamp] = [this.#said, this.#said * ticks];
    this.#said += 1;
    this.#talk(writeRtpHeader({ payloadType, marker: false, sequenceNumber, timestamp, ssrc: 77 }), opus);
  }

  sendPictureLoss(mediaSsrc: number): void {
    const indication = Buffer.from('81ce00020000000100000000', 'hex');
    indication.writeUInt32BE(mediaSsrc, 8);
    this.#reply(Buffer.concat([RECEIVER_REPORT, indication]));
  }

  get missingPackets(): number {
    return this.packets.reduce((missing, { sequenceNumber }, index) => {
      const before = this.packets[index - 1]?.sequenceNumber ?? sequenceNumber - 1;
      return missing + ((sequenceNumber - before - 1) & 0xffff);
    }, 0);
  }

  /** The pictures as an Annex B byte stream. */
  get video(): Buffer {
    const depacketizer = new H264Depacketizer();
    return Buffer.concat(this.packets.flatMap((packet) => depacketizer.push(packet)).map(accessUnitToAnnexB));
  }

  close(): Promise<void> {
    clearInterval(this.#timer);
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  #decrypt(): void {
    if (!this.#receiver) return;
    for (const { message, atEpochMs, atMs } of this.#waiting.splice(0)) {
      if (isRtcp(message)) this.#keepReports(this.#receiver.unprotectRtcp(message), atEpochMs);
      else this.#keepPacket(this.#receiver.unprotectRtp(message), atMs);
    }
  }

  #keepPacket(packet: RtpPacket | undefined, atMs: number): void {
    if (!packet) {
      this.undecrypted += 1;
      return;
    }
    this.firstPacketAtMs ??= atMs;
    this.packets.push(packet);
    if (this.firstKeyFrameAtMs !== undefined) return;
    if (this.#untilKeyFrame.push(packet).some(({ isKeyframe }) => isKeyframe)) this.firstKeyFrameAtMs = atMs;
  }

  #keepReports(plain: Buffer | undefined, atEpochMs: number): void {
    if (!plain) {
      this.undecrypted += 1;
      return;
    }
    for (const report of parseRtcp(plain)) if (report.kind === 'sr') this.reports.push({ atEpochMs, report });
  }
}
