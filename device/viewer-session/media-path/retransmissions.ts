import type { Clock } from '../../capture/clock.ts';
import type { Reception } from './reception.ts';
import type { KeptPacket, RetransmissionRing } from './retransmission-ring.ts';
import type { SequenceNumbers } from './sequence-numbers.ts';
import { TokenBucket } from './token-bucket.ts';

export interface RetransmissionsOptions {
  readonly ring: RetransmissionRing;
  readonly sequenceNumbers: SequenceNumbers;
  readonly clock: Clock;
}

export interface LostPacket extends KeptPacket {
  /** 16 bits: the one it was lost under. */
  readonly sequenceNumber: number;
}

/** A packet asked for again within this time is still under way. A receiver's round trip, when known, if longer. */
const SHORTEST_COOL_DOWN_MS = 10;
/** There are receivers that ask for 55 ms and then give up; what they ask for may be lost once more. */
const LONGEST_COOL_DOWN_MS = 40;
const MICROSECONDS_PER_MILLISECOND = 1_000;
/** What may be sent again: as much as the stream itself, and for a lost key frame at once. */
const LEAST_BITRATE_KBPS = 1_000;
/** Where the link takes little more than the stream, repairs that fill it up only make more losses. */
const LEAST_SHARE_OF_STREAM = 0.1;
const BURST_BYTES = 256 * 1024;
const BYTES_PER_KILOBIT = 125;

/** Chooses what to send again when a viewer tells what it lost. */
export class Retransmissions {
  readonly #options: RetransmissionsOptions;
  readonly #bucket = new TokenBucket();
  readonly #sentAtUs = new Map<number, number>();

  constructor(options: RetransmissionsOptions) {
    this.#options = options;
  }

  /**
   * Those of the lost packets that are still kept and not under way already.
   * @param lost 16-bit sequence numbers.
   * @param reception how the viewer receives, as far as it told.
   */
  choose(lost: readonly number[], { roundTripMs, estimatedBitrateKbps }: Reception): LostPacket[] {
    const coolDownMs = Math.min(Math.max(roundTripMs ?? 0, SHORTEST_COOL_DOWN_MS), LONGEST_COOL_DOWN_MS);
    this.#forgetSentBefore(this.#options.clock.nowUs() - coolDownMs * MICROSECONDS_PER_MILLISECOND);
    const budgetKbps = this.#budgetKbps(estimatedBitrateKbps);
    return lost.flatMap((sequenceNumber) => this.#chooseOne(sequenceNumber, budgetKbps) ?? []);
  }

  #chooseOne(sequenceNumber: number, budgetKbps: number): LostPacket | undefined {
    const { ring, sequenceNumbers, clock } = this.#options;
    const packetIndex = sequenceNumbers.packetIndexOf(sequenceNumber);
    if (packetIndex === undefined || this.#sentAtUs.has(packetIndex) || !this.#hasCredit(budgetKbps))
      return undefined;
    const packet = ring.get(packetIndex);
    if (!packet) return undefined;
    this.#sentAtUs.set(packetIndex, clock.nowUs());
    this.#bucket.spend(packet.payload.length);
    return { ...packet, sequenceNumber };
  }

  /** Without a limit, a viewer could make the camera send without end. */
  #budgetKbps(linkKbps = Number.POSITIVE_INFINITY): number {
    const streamKbps = Math.max(this.#options.ring.bitrateKbps ?? 0, LEAST_BITRATE_KBPS);
    return Math.min(streamKbps, Math.max(linkKbps - streamKbps, streamKbps * LEAST_SHARE_OF_STREAM));
  }

  #hasCredit(budgetKbps: number): boolean {
    return this.#bucket.hasCredit(this.#options.clock.nowUs(), budgetKbps * BYTES_PER_KILOBIT, BURST_BYTES);
  }

  #forgetSentBefore(timeUs: number): void {
    for (const [packetIndex, sentAtUs] of this.#sentAtUs) {
      if (sentAtUs <= timeUs) this.#sentAtUs.delete(packetIndex);
    }
  }
}
