import { randomInt } from 'node:crypto';
import { parseRtcp, type RtcpPacket } from '../../../media/rtcp.ts';
import type { Clock } from '../../capture/clock.ts';
import type { Picture } from '../../live-stream/picture.ts';
import { createTally, type Tally } from '../../telemetry/tally.ts';
import type { LinkFinding, LinkReport } from './link-report.ts';
import { isCongested, type MediaTransport, type SendFormat } from './media-transport.ts';
import { PicturePacer } from './picture-pacer.ts';
import { playoutDelayExtension } from './playout-delay.ts';
import { ReceptionObserver, type Reception } from './reception.ts';
import { pictureBytes, type RetransmissionRing } from './retransmission-ring.ts';
import { Retransmissions, type LostPacket } from './retransmissions.ts';
import { RtpHeaderWriter } from './rtp-header-writer.ts';
import { sendPackets } from './send-packets.ts';
import { SenderReports } from './sender-reports.ts';
import { SequenceNumbers } from './sequence-numbers.ts';

export interface VideoSenderOptions {
  readonly transport: MediaTransport;
  readonly format: SendFormat;
  /** Shared by all viewers of the stream. */
  readonly ring: RetransmissionRing;
  readonly clock: Clock;
  readonly wallClockMs: () => number;
  readonly requestKeyframe: () => void;
  /** Calls back when it is this viewer's turn to send. Default: always. */
  readonly takeTurn?: ((send: () => void) => void) | undefined;
  /** Of all viewers together. Default: counts that nobody reads. */
  readonly tally?: SenderTally | undefined;
  readonly handleLinkReport?: ((report: LinkReport) => void) | undefined;
  /** Below 2¹⁵. Default: random, as RFC 3550 §5.1 asks. */
  readonly firstSequenceNumber?: number | undefined;
}

export type SenderTally = Pick<Tally, 'droppedPictures' | 'sent' | 'delays'>;

export interface VideoSenderStatistics extends Reception {
  /** Without retransmissions. */
  readonly packetsSent: number;
  /** Payload bytes, without retransmissions. */
  readonly bytesSent: number;
  readonly packetsSentAgain: number;
  readonly nacksReceived: number;
  readonly keyframesRequested: number;
}

/** A receiver must not take an early wrap for a jump (RFC 3711 §3.3.1). */
const FIRST_SEQUENCE_NUMBERS = 2 ** 15;
const MODULUS_32_BITS = 2 ** 32;
const CLOCK_TICKS_PER_MICROSECOND = 0.09;
/** More than this behind, a key frame is a shorter way to the present than catching up. */
const MAX_PICTURES_BEHIND = 90;
const RTX_PREFIX_BYTES = 2;

const atOnce = (send: () => void): void => send();

/** The media path to one viewer: its own headers and encryption around the pictures that all viewers share. */
export class VideoSender {
  readonly #options: VideoSenderOptions;
  readonly #tally: SenderTally;
  readonly #openedAtUs: number;
  readonly #timestampOffset = randomInt(MODULUS_32_BITS);
  readonly #sequenceNumbers: SequenceNumbers;
  readonly #retransmissions: Retransmissions;
  readonly #reception = new ReceptionObserver();
  readonly #pacer: PicturePacer;
  readonly #reports: SenderReports;
  #headers: RtpHeaderWriter;
  #hasRoomForRepair = false;
  #nextRtxSequence = randomInt(FIRST_SEQUENCE_NUMBERS);
  #lastFirSequence: number | undefined;
  #isBehind = false;
  #isClosed = false;
  #counts = { packetsSent: 0, bytesSent: 0, packetsSentAgain: 0, nacksReceived: 0, keyframesRequested: 0 };

  constructor(options: VideoSenderOptions) {
    const { ring, clock, wallClockMs, transport, takeTurn = atOnce } = options;
    this.#options = options;
    this.#tally = options.tally ?? createTally();
    this.#openedAtUs = clock.nowUs();
    this.#sequenceNumbers = new SequenceNumbers(
      options.firstSequenceNumber ?? randomInt(FIRST_SEQUENCE_NUMBERS),
    );
    this.#retransmissions = new Retransmissions({ ring, clock, sequenceNumbers: this.#sequenceNumbers });
    this.#headers = this.#headersOf(options.format);
    this.#pacer = new PicturePacer({
      clock,
      bitrateKbps: () => ring.bitrateKbps,
      send: (picture) => takeTurn(() => this.#sendNow(picture)),
      handleSkip: (pictures) => (this.#tally.droppedPictures.pacing += pictures),
    });
    this.#reports = new SenderReports({
      clock,
      wallClockMs,
      report: (nowUs) => this.#report(nowUs),
      send: (compound, compactNtp, nowUs) => {
        this.#reception.handleSenderReportSent(compactNtp, nowUs);
        transport.sendRtcp(compound);
      },
    });
  }

  get packetsSent(): number {
    return this.#counts.packetsSent;
  }

  get statistics(): VideoSenderStatistics {
    return { ...this.#counts, ...this.#reception.reception };
  }

  /** True while the network does not take what is sent. */
  get congested(): boolean {
    return isCongested(this.#options.transport);
  }

  send(picture: Picture): void {
    this.#options.ring.add(picture);
    this.#pacer.push(picture);
    this.#noticeBeingBehind();
  }

  /** @param compound decrypted RTCP from the viewer. */
  handleRtcp(compound: Buffer): void {
    for (const packet of parseRtcp(compound)) this.#handleRtcpPacket(packet);
  }

  close(): void {
    this.#isClosed = true;
    this.#pacer.close();
    this.#reports.close();
  }

  #sendNow(picture: Picture): void {
    if (this.#isClosed) return;
    sendPackets({
      transport: this.#options.transport,
      headers: this.#headers,
      firstSequence: this.#sequenceNumbers.take(picture.packetIndex, picture.packets.length),
      timestamp: picture.rtpTimestamp + this.#timestampOffset,
      packets: picture.packets,
    });
    const isFirst = this.#counts.packetsSent === 0;
    this.#count(picture);
    if (isFirst) this.#reports.open();
  }

  /** What a new viewer begins with is old on purpose: its delay would tell nothing. */
  #count(picture: Picture): void {
    const { sent, delays } = this.#tally;
    const bytes = pictureBytes(picture);
    this.#counts.packetsSent += picture.packets.length;
    this.#counts.bytesSent += bytes;
    sent.packets += picture.packets.length;
    sent.bytes += bytes;
    if (picture.readyAtUs < this.#openedAtUs) return;
    const nowUs = this.#options.clock.nowUs();
    delays.sent.record(nowUs - picture.readyAtUs, nowUs);
    delays.total.record(nowUs - picture.captureTimeUs, nowUs);
  }

  #handleRtcpPacket(packet: RtcpPacket): void {
    const { ssrc } = this.#options.format;
    if (packet.kind === 'nack' && packet.mediaSsrc === ssrc) this.#handleNack(packet.lost);
    // A connection carries this one video; whatever SSRC a viewer names, it means it.
    if (packet.kind === 'pli') this.#requestKeyframe();
    if (packet.kind === 'fir') this.#handleFullIntraRequest(packet.requests);
    if (packet.kind === 'remb') this.#tell(this.#reception.handleBitrateEstimate(packet.bitrateBps));
    if (packet.kind !== 'rr' && packet.kind !== 'sr') return;
    const block = packet.reports.find((report) => report.ssrc === ssrc);
    if (block) this.#tell(this.#reception.handleReportBlock(block, this.#options.clock.nowUs()));
    this.#adaptPlayoutDelay();
  }

  #tell(finding: LinkFinding | undefined): void {
    const streamKbps = this.#options.ring.bitrateKbps;
    if (finding && streamKbps !== undefined) this.#options.handleLinkReport?.({ ...finding, streamKbps });
  }

  #handleNack(lost: readonly number[]): void {
    this.#counts.nacksReceived += 1;
    this.#tally.sent.packetsAskedAgain += lost.length;
    const chosen = this.#retransmissions.choose(lost, this.#reception.reception);
    for (const packet of chosen) this.#sendAgain(packet);
  }

  #sendAgain({ sequenceNumber, rtpTimestamp, marker, payload }: LostPacket): void {
    const { transport, format } = this.#options;
    const timestamp = rtpTimestamp + this.#timestampOffset;
    this.#counts.packetsSentAgain += 1;
    this.#tally.sent.packetsSentAgain += 1;
    if (!format.rtx) {
      transport.sendRtp(this.#headers.write(sequenceNumber, timestamp, marker), payload);
      return;
    }
    const original = Buffer.allocUnsafe(RTX_PREFIX_BYTES);
    original.writeUInt16BE(sequenceNumber);
    const header = this.#headersOf(format.rtx).write(this.#nextRtxSequence, timestamp, marker);
    this.#nextRtxSequence += 1;
    transport.sendRtp(header, Buffer.concat([original, payload]));
  }

  /** A receiver repeats a request under the same number until it is served (RFC 5104 §4.3.1.2). */
  #handleFullIntraRequest([request]: readonly { readonly sequence: number }[]): void {
    if (!request || request.sequence === this.#lastFirSequence) return;
    this.#lastFirSequence = request.sequence;
    this.#requestKeyframe();
  }

  #requestKeyframe(): void {
    this.#counts.keyframesRequested += 1;
    this.#options.requestKeyframe();
  }

  #noticeBeingBehind(): void {
    const isBehind = this.#pacer.waitingPictures > MAX_PICTURES_BEHIND;
    if (isBehind && !this.#isBehind) this.#options.requestKeyframe();
    this.#isBehind = isBehind;
  }

  /** Without RTX a lost packet is sent again as it was, under the same nonce: no byte of its header may change. */
  #adaptPlayoutDelay(): void {
    const isLosing = this.#reception.isLosing(this.#options.clock.nowUs());
    if (isLosing === this.#hasRoomForRepair || !this.#options.format.rtx) return;
    this.#hasRoomForRepair = isLosing;
    this.#headers = this.#headersOf(this.#options.format);
  }

  #headersOf({
    payloadType,
    ssrc,
  }: {
    readonly payloadType: number;
    readonly ssrc: number;
  }): RtpHeaderWriter {
    const id = this.#options.format.playoutDelayId;
    const extensions = id === undefined ? [] : [playoutDelayExtension(id, this.#hasRoomForRepair)];
    return new RtpHeaderWriter({ payloadType, ssrc, extensions });
  }

  #report(nowUs: number) {
    const { ssrc, cname } = this.#options.format;
    const ticks = Math.floor(nowUs * CLOCK_TICKS_PER_MICROSECOND);
    const { packetsSent, bytesSent } = this.#counts;
    const rtpTimestamp = (ticks + this.#timestampOffset) % MODULUS_32_BITS;
    return { ssrc, cname, rtpTimestamp, packetCount: packetsSent, octetCount: bytesSent };
  }
}
