import type { LiveViewPacket } from '../../camera-client/live-view.ts';
import { NalType, isVcl, nalTypeOf } from '../../media/h264-nal.ts';
import { aggregateH264 } from '../../media/h264-packetizer.ts';
import { beginsKeyframe, decodeH264Payload, type DecodedPayload } from '../../media/h264-payload.ts';
import { sequencePlus } from '../../media/rtp-sequence.ts';

const RTP_TICKS_PER_MS = 90;
const MODULUS_32_BITS = 2 ** 32;
/** A picture must not seem to be as old as the last one of the connection before. */
const SHORTEST_STEP_MS = 1;
/** A larger jump could be taken for a step back, with a nonce used twice on this side and no decryption on the other. */
const LARGEST_GAP = 2 ** 14;

export interface VideoRelayOptions {
  /** Of the first packet sent. Below 2¹⁵, so that a receiver that misses it still counts the wraps alike. */
  readonly firstSequenceNumber: number;
  readonly firstTimestamp: number;
}

/** A packet for Apple Home. */
export interface RelayedPacket {
  /** 16 bits. */
  readonly sequenceNumber: number;
  /** 32 bits, 90 kHz. */
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payload: Buffer;
}

/**
 * Turns the camera's RTP packets into those for Apple Home, without touching the picture itself.
 *
 * Nothing goes out before a key frame whose parameter sets are known. Before each key frame goes one STAP-A with SPS
 * and PPS, because Home does not take them as packets of their own. Only slices follow: delimiters, filler and SEI are
 * left out. What is left out or put in leaves no gap in the sequence numbers; what was lost does, so that the receiver
 * sees it.
 */
export class VideoRelay {
  readonly #options: VideoRelayOptions;
  #sps: Buffer | undefined;
  #pps: Buffer | undefined;
  #isOpen = false;
  #lostPackets = 0;
  #inputIndex: number | undefined;
  /** From the camera's packet indexes to our sequence numbers. */
  #sequenceOffset = 0;
  #timestampOffset = 0;
  #lastSent:
    { readonly sequenceNumber: number; readonly timestamp: number; readonly atMs: number } | undefined;
  #keyframeTimestamp: number | undefined;

  constructor(options: VideoRelayOptions) {
    this.#options = options;
  }

  /** False until the first key frame, and again after `restart()`. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** How many of the camera's packets never came since the first key frame. */
  get lostPackets(): number {
    return this.#lostPackets;
  }

  /** Our RTP clock at `nowMs`; undefined before the first packet. */
  timestampAt(nowMs: number): number | undefined {
    if (!this.#lastSent) return undefined;
    const { timestamp, atMs } = this.#lastSent;
    return plusTicks(timestamp, Math.round((nowMs - atMs) * RTP_TICKS_PER_MS));
  }

  /**
   * The packets to send for one that came: none, one, or two. They must come in order.
   * @param nowMs on a clock that never jumps.
   */
  push(packet: LiveViewPacket, nowMs: number): RelayedPacket[] {
    this.#countLoss(packet.index);
    const decoded = decodeH264Payload(packet.payload);
    const payload = this.#payloadToSend(packet.payload, decoded);
    const startsKeyframe =
      payload !== undefined && packet.timestamp !== this.#keyframeTimestamp && beginsKeyframe(decoded);
    const lead = startsKeyframe ? this.#parameterSets() : undefined;
    if (lead) {
      this.#open(packet, nowMs);
      this.#keyframeTimestamp = packet.timestamp;
    }
    if (!this.#isOpen) return [];
    if (!payload) {
      this.#sequenceOffset -= 1;
      return [];
    }
    const before = lead ? [this.#number(packet, lead, false, nowMs)] : [];
    if (lead) this.#sequenceOffset += 1;
    return [...before, this.#number(packet, payload, packet.marker, nowMs)];
  }

  /** The camera's numbers start anew; ours go on. Holds again until a key frame. */
  restart(): void {
    this.#isOpen = false;
    this.#inputIndex = undefined;
    this.#keyframeTimestamp = undefined;
  }

  #countLoss(index: number): void {
    const lost = index - (this.#inputIndex ?? index - 1) - 1;
    this.#inputIndex = index;
    if (!this.#isOpen) return;
    this.#lostPackets += lost;
    this.#sequenceOffset -= Math.max(0, lost - LARGEST_GAP);
  }

  /** The slices in a payload, as it came if it holds nothing else; undefined when it has none. */
  #payloadToSend(payload: Buffer, decoded: DecodedPayload): Buffer | undefined {
    if (decoded.kind === 'fragment') return payload;
    if (decoded.kind !== 'nalUnits') return undefined;
    for (const nalUnit of decoded.nalUnits) this.#rememberParameterSet(nalUnit);
    const slices = decoded.nalUnits.filter((nalUnit) => isVcl(nalTypeOf(nalUnit)));
    if (slices.length === decoded.nalUnits.length) return payload;
    return slices.length > 1 ? aggregateH264(slices) : slices[0];
  }

  #rememberParameterSet(nalUnit: Buffer): void {
    if (nalTypeOf(nalUnit) === NalType.sps) this.#sps = Buffer.from(nalUnit);
    if (nalTypeOf(nalUnit) === NalType.pps) this.#pps = Buffer.from(nalUnit);
  }

  #parameterSets(): Buffer | undefined {
    return this.#sps && this.#pps && aggregateH264([this.#sps, this.#pps]);
  }

  #open({ index, timestamp }: LiveViewPacket, nowMs: number): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    const next = this.#lastSent
      ? sequencePlus(this.#lastSent.sequenceNumber, 1)
      : this.#options.firstSequenceNumber;
    this.#sequenceOffset = next - index;
    this.#timestampOffset = this.#nextTimestamp(nowMs) - timestamp;
  }

  #nextTimestamp(nowMs: number): number {
    if (!this.#lastSent) return this.#options.firstTimestamp;
    return this.timestampAt(Math.max(nowMs, this.#lastSent.atMs + SHORTEST_STEP_MS)) ?? 0;
  }

  #number(input: LiveViewPacket, payload: Buffer, marker: boolean, nowMs: number): RelayedPacket {
    const sequenceNumber = sequencePlus(input.index, this.#sequenceOffset);
    const timestamp = plusTicks(input.timestamp, this.#timestampOffset);
    if (timestamp !== this.#lastSent?.timestamp) this.#lastSent = { sequenceNumber, timestamp, atMs: nowMs };
    else this.#lastSent = { ...this.#lastSent, sequenceNumber };
    return { sequenceNumber, timestamp, marker, payload };
  }
}

function plusTicks(timestamp: number, ticks: number): number {
  return (((timestamp + ticks) % MODULUS_32_BITS) + MODULUS_32_BITS) % MODULUS_32_BITS;
}
