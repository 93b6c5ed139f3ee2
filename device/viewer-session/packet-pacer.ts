/** A key frame goes out at once; a whole group of pictures for a new viewer must not overflow the network's queues. */
const BURST_PACKETS = 80;
const PACKETS_PER_STEP = 40;
/** With packets of 1200 bytes, 40 in 5 ms are 77 Mbit/s. */
const STEP_MS = 5;
/** About two seconds of video: whoever is that far behind goes on with a later key frame. */
const MAX_WAITING_PACKETS = 1_000;

/** Hands packets on in order and not too many at a time. */
export class PacketPacer<T> {
  readonly #send: (packet: T) => void;
  #waiting: T[] = [];
  #allowance = BURST_PACKETS;
  #refilledAtMs = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (packet: T) => void) {
    this.#send = send;
  }

  get congested(): boolean {
    return this.#waiting.length > MAX_WAITING_PACKETS;
  }

  add(packets: readonly T[]): void {
    this.#waiting.push(...packets);
    if (!this.#timer) this.#sendAllowed();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
  }

  #sendAllowed(): void {
    this.#timer = undefined;
    this.#refill();
    const sent = this.#waiting.splice(0, Math.floor(this.#allowance));
    this.#allowance -= sent.length;
    for (const packet of sent) this.#send(packet);
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#sendAllowed(), STEP_MS);
  }

  #refill(): void {
    const nowMs = performance.now();
    const refilled = ((nowMs - this.#refilledAtMs) / STEP_MS) * PACKETS_PER_STEP;
    this.#allowance = Math.min(BURST_PACKETS, this.#allowance + refilled);
    this.#refilledAtMs = nowMs;
  }
}
