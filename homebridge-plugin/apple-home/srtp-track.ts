import { randomBytes, randomInt } from 'node:crypto';
import { BurstSender, type DirectWay } from '../../foundation/bursts/burst-sender.ts';
import type { Bursts } from '../../foundation/bursts/open-bursts.ts';
import { parseRtcp, type RtcpPacket } from '../../media/rtcp.ts';
import { buildSenderReport } from '../../media/rtcp-sender-report.ts';
import { writeRtpHeader } from '../../media/rtp.ts';
import type { SrtpMasterKeys } from '../../media/srtp-keys.ts';
import { SrtpReceiver, SrtpSender } from '../../media/srtp.ts';
import { PacketRow } from './packet-row.ts';
import type { RelayedPacket } from './video-relay.ts';

/** The same for sound and picture, which makes them play together. */
const CNAME = 'picam';

/** Where the packets of a track go. */
export interface TrackWay {
  send(packet: Buffer): void;
  /** For bursts; undefined while packets have to go out one by one. */
  direct?(): DirectWay | undefined;
}

/** The picture or the sound on its way to a controller: encrypted and counted. */
export class SrtpTrack {
  readonly keys: SrtpMasterKeys = { masterKey: randomBytes(16), masterSalt: randomBytes(14) };
  readonly ssrc = randomInt(1, 2 ** 31);
  readonly #sender = new SrtpSender(this.keys);
  readonly #receiver: SrtpReceiver;
  readonly #way: TrackWay;
  readonly #burst: BurstSender | undefined;
  readonly #row = new PacketRow((packets) => this.#sendRow(packets));
  #payloadType = 0;
  #packetCount = 0;
  #octetCount = 0;

  /**
   * @param controllerKeys what the controller encrypts with what it sends.
   * @param bursts for what comes in pictures of many packets. Absent: each packet leaves at once.
   */
  constructor(controllerKeys: SrtpMasterKeys, way: TrackWay, bursts?: Bursts) {
    this.#receiver = new SrtpReceiver(controllerKeys);
    this.#way = way;
    this.#burst = bursts && new BurstSender(bursts, this.#sender);
  }

  get packetCount(): number {
    return this.#packetCount;
  }

  send(payloadType: number, packet: RelayedPacket): void {
    this.#payloadType = payloadType;
    this.#packetCount += 1;
    this.#octetCount += packet.payload.length;
    if (this.#burst) this.#row.push(packet);
    else this.#sendOne(packet);
  }

  /** What waits for the rest of its picture leaves now. */
  flush(): void {
    this.#row.flush();
  }

  /** @param rtpTimestamp of this moment; there is no report without. */
  sendReport(rtpTimestamp: number | undefined): void {
    if (rtpTimestamp === undefined) return;
    this.flush();
    const report = buildSenderReport({
      ssrc: this.ssrc,
      epochMs: Date.now(),
      rtpTimestamp,
      packetCount: this.#packetCount,
      octetCount: this.#octetCount,
      cname: CNAME,
    });
    this.#way.send(this.#sender.protectRtcp(report));
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

  /** All at once where that goes, and one by one what is left. */
  #sendRow(packets: readonly RelayedPacket[]): void {
    const [first] = packets;
    const direct = packets.length > 1 ? this.#way.direct?.() : undefined;
    const header = first && this.#header({ ...first, marker: false });
    const sent = (direct && header && this.#burst?.send(direct, header, packets)) ?? 0;
    for (const packet of packets.slice(sent)) this.#sendOne(packet);
  }

  #sendOne(packet: RelayedPacket): void {
    this.#way.send(this.#sender.protectRtp(this.#header(packet), packet.payload));
  }

  #header({ sequenceNumber, timestamp, marker }: RelayedPacket): Buffer {
    const { ssrc } = this;
    return writeRtpHeader({ payloadType: this.#payloadType, marker, sequenceNumber, timestamp, ssrc });
  }
}
