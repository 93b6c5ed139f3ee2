/** MQTT's fixed header (§2.2) has its length in 1 to 4 bytes of seven bits each. */
const MAX_LENGTH_BYTES = 4;
const CONTINUES = 0x80;
const SEVEN_BITS = 0x7f;
const CONNECT = 1;

export interface PacketSizeLimits {
  /** For the first packet, when nothing is known about the sender. */
  readonly connectBytes: number;
  readonly packetBytes: number;
}

type State =
  | { readonly at: 'type' }
  | { readonly at: 'length'; readonly bytes: number; readonly value: number }
  | { readonly at: 'body'; readonly left: number };

/** Reads along a connection's bytes and tells when a packet is announced that is too large to be let in. */
export class PacketSizeGuard {
  readonly #limits: PacketSizeLimits;
  #isFirst = true;
  #state: State = { at: 'type' };

  constructor(limits: PacketSizeLimits) {
    this.#limits = limits;
  }

  /** What is wrong with the stream that `chunk` goes on with; undefined while it is in order. */
  check(chunk: Buffer): string | undefined {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#state.at === 'body') {
        offset += this.#skipBody(this.#state.left, chunk.length - offset);
        continue;
      }
      const problem = this.#readHeader(chunk[offset] ?? 0);
      if (problem !== undefined) return problem;
      offset += 1;
    }
    return undefined;
  }

  #skipBody(left: number, available: number): number {
    const skipped = Math.min(left, available);
    this.#state = left === skipped ? { at: 'type' } : { at: 'body', left: left - skipped };
    return skipped;
  }

  #readHeader(byte: number): string | undefined {
    if (this.#state.at === 'length') return this.#readLength(byte, this.#state.bytes, this.#state.value);
    if (this.#isFirst && byte >> 4 !== CONNECT) return 'the first packet is no CONNECT';
    this.#state = { at: 'length', bytes: 0, value: 0 };
    return undefined;
  }

  #readLength(byte: number, bytesBefore: number, valueBefore: number): string | undefined {
    const value = valueBefore + (byte & SEVEN_BITS) * 2 ** (7 * bytesBefore);
    const bytes = bytesBefore + 1;
    if ((byte & CONTINUES) !== 0) {
      if (bytes === MAX_LENGTH_BYTES) return 'a packet has a malformed length';
      this.#state = { at: 'length', bytes, value };
      return undefined;
    }
    const limit = this.#isFirst ? this.#limits.connectBytes : this.#limits.packetBytes;
    if (value > limit) return `a packet of ${value} bytes is announced where ${limit} are allowed`;
    this.#isFirst = false;
    this.#state = value === 0 ? { at: 'type' } : { at: 'body', left: value };
    return undefined;
  }
}
