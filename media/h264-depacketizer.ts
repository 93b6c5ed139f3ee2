import type { AccessUnit } from './access-unit.ts';
import { isCodedNalUnit, isFirstSlice, isVcl, NalType, nalTypeOf } from './h264-nal.ts';
import { type DecodedPayload, decodeH264Payload } from './h264-payload.ts';
import { sequenceDistance, unwrapTimestamp } from './rtp-sequence.ts';

/** What the depacketizer needs of an RTP packet. */
export interface H264RtpPacket {
  readonly sequenceNumber: number;
  /** 90 kHz. */
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payload: Buffer;
}

const DEFAULT_LIMIT_BYTES = 8 * 1024 * 1024;
const LATEST_REORDERED_PACKETS = 512;
const MICROSECONDS_PER_TICK = 1000 / 90;

/**
 * Puts access units together again from RTP payloads (RFC 6184, packetization-mode 0 and 1).
 *
 * Packets are expected in order: late ones and duplicates are ignored, so a jitter buffer belongs before it. An access
 * unit with anything missing or malformed is dropped and counted; nothing that comes in makes it throw, and it holds
 * at most `maxAccessUnitBytes`. NAL units may share the payloads’ memory. Capture times follow the sender's RTP clock from an arbitrary zero.
 */
export class H264Depacketizer {
  readonly #limitBytes: number;
  #nalUnits: Buffer[] = [];
  #fragments: Buffer[] = [];
  #bytes = 0;
  #timestamp: number | undefined;
  #lastSequenceNumber: number | undefined;
  #isOpen = false;
  #isDamaged = false;
  #droppedUnits = 0;
  #lostPackets = 0;

  /** @param options.maxAccessUnitBytes default 8 MiB. */
  constructor(options: { readonly maxAccessUnitBytes?: number } = {}) {
    this.#limitBytes = options.maxAccessUnitBytes ?? DEFAULT_LIMIT_BYTES;
  }

  /** How many access units were dropped because something of them was missing or malformed. */
  get droppedUnits(): number {
    return this.#droppedUnits;
  }

  /** How many sequence numbers never came. */
  get lostPackets(): number {
    return this.#lostPackets;
  }

  /** Takes one packet and returns the access units it completed: none, one, or two when a marker got lost. */
  push(packet: H264RtpPacket): AccessUnit[] {
    const missing = this.#countMissing(packet.sequenceNumber);
    if (missing === undefined) return [];
    this.#lostPackets += missing;
    this.#lastSequenceNumber = packet.sequenceNumber;
    const completed: AccessUnit[] = [];
    this.#beginIfNew(packet, missing > 0, completed);
    this.#take(decodeH264Payload(packet.payload));
    if (packet.marker) this.#complete(completed);
    return completed;
  }

  /** How many packets are missing before this one; undefined when it is late or came before. */
  #countMissing(sequenceNumber: number): number | undefined {
    if (this.#lastSequenceNumber === undefined) return 0;
    const distance = sequenceDistance(this.#lastSequenceNumber, sequenceNumber);
    if (distance > 0) return distance - 1;
    return distance > -LATEST_REORDERED_PACKETS ? undefined : 0;
  }

  #beginIfNew(packet: H264RtpPacket, isAfterGap: boolean, completed: AccessUnit[]): void {
    const timestamp = unwrapTimestamp(this.#timestamp, packet.timestamp);
    const isSameUnit = this.#isOpen && timestamp === this.#timestamp;
    if (isAfterGap && this.#isOpen) this.#isDamaged = true;
    if (isSameUnit) return;
    this.#complete(completed);
    this.#timestamp = timestamp;
    this.#isOpen = packet.payload.length > 0;
  }

  #take(decoded: DecodedPayload): void {
    if (decoded.kind === 'empty') return;
    if (this.#isHeadMissing(decoded)) this.#isDamaged = true;
    if (decoded.kind === 'malformed') this.#isDamaged = true;
    if (this.#isDamaged || decoded.kind === 'malformed') return;
    if (decoded.kind === 'fragment') this.#takeFragment(decoded);
    else this.#takeNalUnits(decoded.nalUnits);
  }

  /** After a loss, or when joining in the middle, the first packet must be able to begin a picture. */
  #isHeadMissing(decoded: DecodedPayload): boolean {
    if (this.#nalUnits.length > 0 || this.#fragments.length > 0) return false;
    if (decoded.kind === 'fragment') return !decoded.isStart || isLaterSlice(decoded.data);
    return (
      decoded.kind === 'nalUnits' &&
      decoded.nalUnits.some((nalUnit, index) => index === 0 && isLaterSlice(nalUnit))
    );
  }

  #takeFragment({ isStart, isEnd, data }: DecodedPayload & { kind: 'fragment' }): void {
    const isExpected = isStart === (this.#fragments.length === 0);
    if (!isExpected || !this.#hasRoomFor(data.length)) {
      this.#isDamaged = true;
      return;
    }
    this.#fragments.push(data);
    if (!isEnd) return;
    this.#nalUnits.push(Buffer.concat(this.#fragments));
    this.#fragments = [];
  }

  #takeNalUnits(nalUnits: readonly Buffer[]): void {
    const bytes = nalUnits.reduce((sum, nalUnit) => sum + nalUnit.length, 0);
    if (this.#fragments.length > 0 || !nalUnits.every(isCodedNalUnit) || !this.#hasRoomFor(bytes)) {
      this.#isDamaged = true;
      return;
    }
    this.#nalUnits.push(...nalUnits);
  }

  #hasRoomFor(bytes: number): boolean {
    this.#bytes += bytes;
    return this.#bytes <= this.#limitBytes;
  }

  #complete(completed: AccessUnit[]): void {
    if (!this.#isOpen) return;
    const nalUnits = this.#nalUnits;
    const isDamaged = this.#isDamaged || this.#fragments.length > 0;
    this.#isOpen = false;
    this.#isDamaged = false;
    this.#nalUnits = [];
    this.#fragments = [];
    this.#bytes = 0;
    if (isDamaged || !nalUnits.some((nalUnit) => isVcl(nalTypeOf(nalUnit)))) {
      this.#droppedUnits += 1;
      return;
    }
    const isKeyframe = nalUnits.some((nalUnit) => nalTypeOf(nalUnit) === NalType.idr);
    const captureTimeUs = Math.round((this.#timestamp ?? 0) * MICROSECONDS_PER_TICK);
    completed.push({ nalUnits, captureTimeUs, isKeyframe });
  }
}

function isLaterSlice(nalUnit: Buffer): boolean {
  return isVcl(nalTypeOf(nalUnit)) && !isFirstSlice(nalUnit);
}
