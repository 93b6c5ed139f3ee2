import type { LiveViewPacket } from '../../camera-client/live-view.ts';
import { NalType, isFirstSlice, isVcl, nalTypeOf } from '../../media/h264-nal.ts';
import { aggregateH264 } from '../../media/h264-packetizer.ts';
import { decodeH264Payload } from '../../media/h264-payload.ts';
import { sequenceDistance, sequencePlus, unwrapSequence } from '../../media/rtp-sequence.ts';
import { ReorderBuffer } from './reorder-buffer.ts';

const RTP_TICKS_PER_MS = 90;
const MODULUS_32_BITS = 2 ** 32;
/** A picture must not seem to be as old as the last one of the connection before. */
const SHORTEST_STEP_MS = 1;

export interface VideoRelayOptions {
  /** Of the first packet sent. Below 2¹⁵, so that a receiver that misses it still counts the wraps alike. */
  readonly firstSequenceNumber: number;
  readonly firstTimestamp: number;
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
  readonly #reorder = new ReorderBuffer<LiveViewPacket>();
  readonly #options: VideoRelayOptions;
  #sps: Buffer | undefined;
  #pps: Buffer | undefined;
  #isOpen = false;
  #lostPackets = 0;
  #inputSequence: number | undefined;
  /** From the camera's sequence numbers, unwrapped, to ours. */
  #sequenceOffset: number | undefined;
  #timestampOffset: number | undefined;
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

  /** The packets to send for one that came: none, one, or more. `nowMs` is on a clock that never jumps. */
  push(packet: LiveViewPacket, nowMs: number): LiveViewPacket[] {
    return this.#reorder.push(packet, nowMs).flatMap((inOrder) => this.#relay(inOrder, nowMs));
  }

  /** The camera's numbers start anew; ours go on. Holds again until a key frame. */
  restart(): void {
    this.#reorder.reset();
    this.#isOpen = false;
    this.#inputSequence = undefined;
    this.#sequenceOffset = undefined;
    this.#timestampOffset = undefined;
    this.#keyframeTimestamp = undefined;
  }

  #relay(packet: LiveViewPacket, nowMs: number): LiveViewPacket[] {
    this.#countSequence(packet.sequenceNumber);
    const payload = this.#payloadToSend(packet.payload);
    const startsKeyframe =
      payload !== undefined && beginsKeyframe(payload) && packet.timestamp !== this.#keyframeTimestamp;
    const lead = startsKeyframe ? this.#parameterSets() : undefined;
    if (lead) {
      this.#open(nowMs, packet.timestamp);
      this.#keyframeTimestamp = packet.timestamp;
    }
    if (!this.#isOpen) return [];
    if (!payload) {
      this.#shiftSequence(-1);
      return [];
    }
    const before = lead ? [this.#number(packet, lead, false, nowMs)] : [];
    if (lead) this.#shiftSequence(1);
    return [...before, this.#number(packet, payload, packet.marker, nowMs)];
  }

  #countSequence(sequenceNumber: number): void {
    const distance = sequenceDistance(this.#inputSequence ?? sequenceNumber - 1, sequenceNumber);
    if (this.#isOpen) this.#lostPackets += distance - 1;
    this.#inputSequence = unwrapSequence(this.#inputSequence, sequenceNumber);
  }

  /** The slices in a payload, as it came if it holds nothing else; undefined when it has none. */
  #payloadToSend(payload: Buffer): Buffer | undefined {
    const decoded = decodeH264Payload(payload);
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

  #open(nowMs: number, inputTimestamp: number): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    const next = this.#lastSent
      ? sequencePlus(this.#lastSent.sequenceNumber, 1)
      : this.#options.firstSequenceNumber;
    this.#sequenceOffset = next - (this.#inputSequence ?? 0);
    this.#timestampOffset = this.#nextTimestamp(nowMs) - inputTimestamp;
  }

  #nextTimestamp(nowMs: number): number {
    if (!this.#lastSent) return this.#options.firstTimestamp;
    return this.timestampAt(Math.max(nowMs, this.#lastSent.atMs + SHORTEST_STEP_MS)) ?? 0;
  }

  #shiftSequence(by: number): void {
    this.#sequenceOffset = (this.#sequenceOffset ?? 0) + by;
  }

  #number(input: LiveViewPacket, payload: Buffer, marker: boolean, nowMs: number): LiveViewPacket {
    const sequenceNumber = sequencePlus(this.#inputSequence ?? 0, this.#sequenceOffset ?? 0);
    const timestamp = plusTicks(input.timestamp, this.#timestampOffset ?? 0);
    if (timestamp !== this.#lastSent?.timestamp) this.#lastSent = { sequenceNumber, timestamp, atMs: nowMs };
    else this.#lastSent = { ...this.#lastSent, sequenceNumber };
    return { sequenceNumber, timestamp, marker, payload };
  }
}

function beginsKeyframe(payload: Buffer): boolean {
  const decoded = decodeH264Payload(payload);
  if (decoded.kind === 'fragment') return decoded.isStart && isFirstIdrSlice(decoded.data);
  return decoded.kind === 'nalUnits' && decoded.nalUnits.some(isFirstIdrSlice);
}

function isFirstIdrSlice(nalUnit: Buffer): boolean {
  return nalTypeOf(nalUnit) === NalType.idr && isFirstSlice(nalUnit);
}

function plusTicks(timestamp: number, ticks: number): number {
  return (((timestamp + ticks) % MODULUS_32_BITS) + MODULUS_32_BITS) % MODULUS_32_BITS;
}
