import type { Clock } from '../../../foundation/clock.ts';

export interface LinkShape {
  readonly oneWayMs: number;
  /** Up to this much more, packet by packet, so that they overtake each other. */
  readonly jitterMs?: number;
  /** 0–1. */
  readonly lossShare?: number;
}

/** One direction of a network in simulated time: the same packets are lost and late at each run. */
export class SimulatedLink {
  readonly #clock: Clock;
  readonly #deliver: (packet: Buffer) => void;
  shape: LinkShape;
  /** Loses more than the network itself. */
  isLost: () => boolean = () => false;
  /** All that was sent, lost or not. */
  readonly sent: Buffer[] = [];
  lostPackets = 0;
  #state = 1;

  constructor(clock: Clock, shape: LinkShape, deliver: (packet: Buffer) => void) {
    this.#clock = clock;
    this.shape = shape;
    this.#deliver = deliver;
  }

  send(packet: Buffer): void {
    const { oneWayMs, jitterMs = 0, lossShare = 0 } = this.shape;
    this.sent.push(packet);
    if (this.isLost() || this.#random() < lossShare) {
      this.lostPackets += 1;
      return;
    }
    const delayMs = oneWayMs + this.#random() * jitterMs;
    this.#clock.after(delayMs, () => this.#deliver(packet));
  }

  #random(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }
}
