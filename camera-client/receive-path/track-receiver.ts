import { beginsKeyframe, decodeH264Payload, type DecodedPayload } from '../../media/h264-payload.ts';
import { NalType, nalTypeOf } from '../../media/h264-nal.ts';
import type { ReportBlock, RtcpPacket } from '../../media/rtcp.ts';
import { fromNtpTime } from '../../media/rtcp-sender-report.ts';
import { unwrapRetransmission } from '../../media/rtp-retransmission.ts';
import { unwrapSequence } from '../../media/rtp-sequence.ts';
import type { AuthenticRtp } from '../../media/srtp-protection.ts';
import type { ClockReading } from './clock-reading.ts';
import { KeyframeWish } from './keyframe-wish.ts';
import { MissingPackets } from './missing-packets.ts';
import type { ReceiveFormat } from './receive-format.ts';
import { ReceptionStatistics } from './reception-statistics.ts';
import { ReorderBuffer } from './reorder-buffer.ts';

/** One packet of a track, decrypted and in order. */
export interface ReceivedPacket {
  /** The sequence number with its wraps counted: where it jumps, packets are lost for good. */
  readonly index: number;
  /** 32 bits, in the track's clock. */
  readonly timestamp: number;
  readonly marker: boolean;
  /** Must not be changed. */
  readonly payload: Buffer;
}

export interface TrackOptions {
  readonly format: ReceiveFormat;
  /** Gets the packets in order. */
  readonly handlePacket: (packet: ReceivedPacket) => void;
  /** Gets what the camera says of its clock, about once a second. */
  readonly handleClock?: (reading: ClockReading) => void;
}

/** What a track wants to tell the camera now. */
export interface TrackRequests {
  readonly lost: readonly number[];
  readonly wantsKeyframe: boolean;
}

/** Packets that merely overtake each other come within this; it is all there is to wait for without retransmissions. */
const REORDERING_WAIT_MS = 20;
/**
 * Room for a lost packet to be asked for again when the request or its answer is lost too. Every later picture waits
 * as well, so that much more would be felt more than the loss.
 */
const SHORTEST_REPAIR_WAIT_MS = 60;
const LONGEST_REPAIR_WAIT_MS = 250;
const REPAIR_ROUND_TRIPS = 4;
const REPAIR_MARGIN_MS = 20;

/** Receives one track: in order, with what was lost asked for, counted, and given up in time. */
export class TrackReceiver {
  readonly #format: ReceiveFormat;
  readonly #handleClock: TrackOptions['handleClock'];
  readonly #statistics: ReceptionStatistics;
  readonly #missing: MissingPackets;
  readonly #reorder: ReorderBuffer<ReceivedPacket>;
  readonly #keyframe = new KeyframeWish();
  #ssrc: number | undefined;

  constructor({ format, handlePacket, handleClock }: TrackOptions) {
    this.#format = format;
    this.#handleClock = handleClock;
    this.#statistics = new ReceptionStatistics(format.clockRate);
    this.#missing = new MissingPackets(format.rtxPayloadType !== undefined);
    const isVideo = format.kind === 'video';
    this.#reorder = new ReorderBuffer(
      (packet) => {
        if (this.#keyframe.isPending && beginsKeyframe(decodeH264Payload(packet.payload)))
          this.#keyframe.settle();
        handlePacket(packet);
      },
      ({ payload }) => !isVideo || canBeginDecoding(decodeH264Payload(payload)),
    );
  }

  /** Of the camera's stream; undefined before the first packet. */
  get ssrc(): number | undefined {
    return this.#ssrc;
  }

  /** Sound may pause for as long as it likes, and goes on while there is no picture. */
  get isWatched(): boolean {
    return this.#format.kind === 'video';
  }

  handleMedia(packet: AuthenticRtp, nowMs: number): void {
    if (this.#ssrc === undefined) this.#begin(packet.ssrc, nowMs);
    // A camera has one stream of a format; another is none of ours.
    if (packet.ssrc !== this.#ssrc) return;
    this.#statistics.handlePacket(packet, nowMs);
    if (!this.#missing.handleArrival(packet.index, nowMs)) {
      this.#reorder.skipTo(packet.index);
      this.requestKeyframe(nowMs);
    }
    this.#reorder.push(packet, nowMs);
  }

  /** Takes a packet of the retransmission stream. */
  handleRetransmission(packet: AuthenticRtp, nowMs: number): void {
    const repaired = unwrapRetransmission(packet);
    if (!repaired || this.#missing.highest === undefined) return;
    const index = unwrapSequence(this.#missing.highest, repaired.sequenceNumber);
    if (index > this.#missing.highest) return;
    this.#missing.handleRepair(index, nowMs);
    this.#reorder.push({ ...repaired, index }, nowMs);
  }

  handleSenderReport(report: Extract<RtcpPacket, { kind: 'sr' }>, nowMs: number): void {
    const { ntpSeconds, ntpFraction, rtpTimestamp: timestamp } = report;
    this.#statistics.handleSenderReport(ntpSeconds, ntpFraction, nowMs);
    this.#handleClock?.({ timestamp, epochMs: fromNtpTime(ntpSeconds, ntpFraction) });
  }

  requestKeyframe(nowMs: number): void {
    if (this.#format.kind === 'video') this.#keyframe.request(nowMs);
  }

  /** undefined before the first packet. */
  report(nowMs: number): ReportBlock | undefined {
    return this.#ssrc === undefined ? undefined : this.#statistics.report(this.#ssrc, nowMs);
  }

  /** Gives up what has been waited for long enough, and tells what to ask for now. */
  takeRequests(nowMs: number): TrackRequests {
    if (this.#reorder.giveUpGaps(nowMs, this.#longestWaitMs())) this.requestKeyframe(nowMs);
    this.#missing.giveUpBefore(this.#reorder.next ?? 0, nowMs);
    return {
      lost: this.#format.isRepaired ? this.#missing.takeDue(nowMs) : [],
      wantsKeyframe: this.#keyframe.takeDue(nowMs),
    };
  }

  /** When `takeRequests` has something to do; undefined when never. */
  dueAtMs(): number | undefined {
    if (this.#missing.isEmpty && this.#reorder.isEmpty) return this.#keyframe.dueAtMs;
    const askAtMs = this.#format.isRepaired ? this.#missing.dueAtMs() : undefined;
    const dues = [this.#keyframe.dueAtMs, askAtMs, this.#reorder.dueAtMs(this.#longestWaitMs())];
    const earliestMs = Math.min(...dues.map((due) => due ?? Infinity));
    return earliestMs === Infinity ? undefined : earliestMs;
  }

  #begin(ssrc: number, nowMs: number): void {
    this.#ssrc = ssrc;
    if (this.#format.kind === 'video') this.#keyframe.expectFirst(nowMs);
  }

  #longestWaitMs(): number {
    if (!this.#format.isRepaired) return REORDERING_WAIT_MS;
    const wantedMs = (this.#missing.roundTripMs ?? 0) * REPAIR_ROUND_TRIPS + REPAIR_MARGIN_MS;
    return Math.min(Math.max(wantedMs, SHORTEST_REPAIR_WAIT_MS), LONGEST_REPAIR_WAIT_MS);
  }
}

function canBeginDecoding(payload: DecodedPayload): boolean {
  if (beginsKeyframe(payload)) return true;
  return payload.kind === 'nalUnits' && payload.nalUnits.some((unit) => nalTypeOf(unit) === NalType.sps);
}
