import type { LiveViewPacket } from '../../camera-client/live-view.ts';
import { areOpusFramesAlike, holdsOneOpusFrame, mergeOpusPackets } from '../../media/opus-merging.ts';
import { OPUS_CLOCK_RATE, opusPacketShape } from '../../media/opus-packet.ts';
import { sequencePlus, unwrapTimestamp } from '../../media/rtp-sequence.ts';
import type { RelayedPacket } from './video-relay.ts';

const MODULUS_32_BITS = 2 ** 32;
const OPUS_TICKS_PER_MS = OPUS_CLOCK_RATE / 1_000;

export interface AudioFormat {
  /** Of the timestamps: what Home asked for. The sound itself may be of another rate. */
  readonly sampleRateKhz: number;
  /** Sound in each packet. */
  readonly packetTimeMs: number;
}

export interface AudioRelayOptions extends AudioFormat {
  /** Of the first packet sent. Below 2¹⁵, so that a receiver that misses it still counts the wraps alike. */
  readonly firstSequenceNumber: number;
  readonly firstTimestamp: number;
}

/** Frames of one packet to be, each in its place. */
interface Merging {
  readonly startTicks: number;
  readonly packets: (Buffer | undefined)[];
  readonly frameTicks: number;
  readonly places: number;
}

/**
 * Turns the camera's Opus packets into those for Apple Home: as long as it asked for and with timestamps of the rate it
 * asked for, without touching the sound itself. A frame that was lost keeps its place.
 */
export class AudioRelay {
  readonly #options: AudioRelayOptions;
  #merging: Merging | undefined;
  #nextSequence: number;
  /** 48 kHz, unwrapped. */
  #newestTicks: number | undefined;
  #offsetTicks: number | undefined;
  #newest: { readonly ticks: number; readonly atMs: number } | undefined;

  constructor(options: AudioRelayOptions) {
    this.#options = options;
    this.#nextSequence = options.firstSequenceNumber;
  }

  /** Our RTP clock at `nowMs`; undefined before the first packet. */
  timestampAt(nowMs: number): number | undefined {
    if (!this.#newest) return undefined;
    return this.#toTimestamp(this.#newest.ticks + (nowMs - this.#newest.atMs) * OPUS_TICKS_PER_MS);
  }

  /**
   * The packets to send now that this one came. They must come in order.
   * @param nowMs on a clock that never jumps.
   */
  push({ timestamp, payload }: LiveViewPacket, nowMs: number): RelayedPacket[] {
    const frameMs = opusPacketShape(payload)?.frameMs;
    if (frameMs === undefined) return [];
    const ticks = this.#ourTicks(timestamp, nowMs);
    if (ticks <= (this.#newest?.ticks ?? -1)) return [];
    this.#newest = { ticks, atMs: nowMs };
    const places = Math.floor(this.#options.packetTimeMs / frameMs);
    if (places <= 1 || !holdsOneOpusFrame(payload)) return [...this.#flush(), this.#number(ticks, payload)];
    const before = this.#canTake(ticks, payload) ? [] : this.#flush();
    this.#merging ??= { startTicks: ticks, packets: [], frameTicks: frameMs * OPUS_TICKS_PER_MS, places };
    this.#put(this.#merging, ticks, payload);
    return [...before, ...(this.#merging.packets.length === places ? this.#flush() : [])];
  }

  /** The camera's timestamps start anew; ours go on. */
  restart(): void {
    this.#merging = undefined;
    this.#offsetTicks = undefined;
    this.#newestTicks = undefined;
  }

  #ourTicks(timestamp: number, nowMs: number): number {
    const ticks = unwrapTimestamp(this.#newestTicks, timestamp);
    this.#newestTicks = ticks;
    this.#offsetTicks ??= this.#firstTicks(nowMs) - ticks;
    return ticks + this.#offsetTicks;
  }

  #firstTicks(nowMs: number): number {
    if (!this.#newest) return 0;
    const sinceMs = Math.max(nowMs - this.#newest.atMs, this.#options.packetTimeMs);
    return this.#newest.ticks + Math.round(sinceMs) * OPUS_TICKS_PER_MS;
  }

  #canTake(ticks: number, payload: Buffer): boolean {
    if (!this.#merging) return true;
    const { startTicks, packets, frameTicks, places } = this.#merging;
    const place = (ticks - startTicks) / frameTicks;
    const isAlike = areOpusFramesAlike(packets[0] ?? Buffer.alloc(0), payload);
    return isAlike && Number.isInteger(place) && place < places;
  }

  #put({ startTicks, packets, frameTicks }: Merging, ticks: number, payload: Buffer): void {
    const place = (ticks - startTicks) / frameTicks;
    while (packets.length < place) packets.push(undefined);
    packets.push(payload);
  }

  /** What is not complete goes out shorter, so that nothing that follows is put into its time. */
  #flush(): RelayedPacket[] {
    const merging = this.#merging;
    this.#merging = undefined;
    if (!merging) return [];
    return [this.#number(merging.startTicks, mergeOpusPackets(merging.packets))];
  }

  #number(ticks: number, payload: Buffer): RelayedPacket {
    const sequenceNumber = this.#nextSequence;
    this.#nextSequence = sequencePlus(sequenceNumber, 1);
    return { sequenceNumber, timestamp: this.#toTimestamp(ticks), marker: false, payload };
  }

  #toTimestamp(ticks: number): number {
    const ours = Math.round((ticks * this.#options.sampleRateKhz) / OPUS_TICKS_PER_MS);
    return (this.#options.firstTimestamp + ours) % MODULUS_32_BITS;
  }
}
