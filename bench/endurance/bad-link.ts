import { sequenceDistance } from '../../media/rtp-sequence.ts';
import type { Fate } from '../../test/device/viewer-session/lossy-relay.ts';
import type { LinkQuality } from './messages.ts';

const LEAST_LATE_MS = 3;
const MOST_LATE_MS = 12;
const SEQUENCE_AT = 2;

/** Decides what becomes of the media packets to one viewer; alike in each run. */
export class BadLink {
  readonly #quality: LinkQuality;
  readonly #payloadType: number;
  #random: number;
  #isAtWrap = false;
  passed = 0;
  lost = 0;
  /** How often the sequence numbers began anew. */
  wraps = 0;

  /** @param payloadType of the video, as against its retransmissions. */
  constructor(quality: LinkQuality, payloadType: number, seed: number) {
    this.#quality = quality;
    this.#payloadType = payloadType;
    this.#random = seed + 1;
  }

  fateOf(packet: Buffer): Fate {
    const isLost = this.#isInBurst(packet) || this.#chance() < this.#quality.lostShare;
    if (isLost) this.lost += 1;
    else this.passed += 1;
    if (isLost) return 'lost';
    if (this.#chance() >= this.#quality.lateShare) return 0;
    return LEAST_LATE_MS + this.#chance() * (MOST_LATE_MS - LEAST_LATE_MS);
  }

  /** Half of the packets before the number 0 and half of those after it, once each time it comes. */
  #isInBurst(packet: Buffer): boolean {
    if (((packet[1] ?? 0) & 0x7f) !== this.#payloadType) return false;
    const distance = sequenceDistance(0, packet.readUInt16BE(SEQUENCE_AT));
    const half = this.#quality.lostAtWrap / 2;
    const isAtWrap = distance >= -half && distance < half;
    if (this.#isAtWrap && !isAtWrap) this.wraps += 1;
    this.#isAtWrap = isAtWrap;
    return isAtWrap;
  }

  /** 0–1, of a linear congruential generator. */
  #chance(): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#random / 2 ** 32;
  }
}
