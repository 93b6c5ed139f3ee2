import { randomBytes, randomInt } from 'node:crypto';
import { parseRtcp, type RtcpPacket } from '../../media/rtcp.ts';
import { buildSenderReport } from '../../media/rtcp-sender-report.ts';
import { writeRtpHeader } from '../../media/rtp.ts';
import type { SrtpMasterKeys } from '../../media/srtp-keys.ts';
import { SrtpReceiver, SrtpSender } from '../../media/srtp.ts';
import type { RelayedPacket } from './video-relay.ts';

/** The same for sound and picture, which makes them play together. */
const CNAME = 'picam';

/** The picture or the sound on its way to a controller: encrypted and counted. */
export class SrtpTrack {
  readonly keys: SrtpMasterKeys = { masterKey: randomBytes(16), masterSalt: randomBytes(14) };
  readonly ssrc = randomInt(1, 2 ** 31);
  readonly #sender = new SrtpSender(this.keys);
  readonly #receiver: SrtpReceiver;
  readonly #send: (packet: Buffer) => void;
  #packetCount = 0;
  #octetCount = 0;

  /** @param controllerKeys what the controller encrypts with what it sends. */
  constructor(controllerKeys: SrtpMasterKeys, send: (packet: Buffer) => void) {
    this.#receiver = new SrtpReceiver(controllerKeys);
    this.#send = send;
  }

  get packetCount(): number {
    return this.#packetCount;
  }

  send(payloadType: number, { sequenceNumber, timestamp, marker, payload }: RelayedPacket): void {
    const header = writeRtpHeader({ payloadType, marker, sequenceNumber, timestamp, ssrc: this.ssrc });
    this.#send(this.#sender.protectRtp(header, payload));
    this.#packetCount += 1;
    this.#octetCount += payload.length;
  }

  /** @param rtpTimestamp of this moment; there is no report without. */
  sendReport(rtpTimestamp: number | undefined): void {
    if (rtpTimestamp === undefined) return;
    const report = buildSenderReport({
      ssrc: this.ssrc,
      epochMs: Date.now(),
      rtpTimestamp,
      packetCount: this.#packetCount,
      octetCount: this.#octetCount,
      cname: CNAME,
    });
    this.#send(this.#sender.protectRtcp(report));
  }

  /** What the controller itself sends on this track; undefined when it is not authentic. */
  readRtp(packet: Buffer): Buffer | undefined {
    return this.#receiver.unprotectRtp(packet)?.payload;
  }

  /** What the controller says of this track; undefined when it is not of this track or not authentic. */
  readRtcp(packet: Buffer): RtcpPacket[] | undefined {
    const compound = this.#receiver.unprotectRtcp(packet);
    return compound && parseRtcp(compound);
  }
}
