const LONGEST_EXP_GOLOMB_PREFIX_BITS = 31;

/**
 * Reads bit fields, most significant bit first. Reading past the end gives zeros and sets `isExhausted`, so that a
 * parser can read all its fields and check once.
 */
export class BitReader {
  readonly #bytes: Uint8Array;
  #position = 0;
  #isMalformed = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** True when more was read than there is, or a code was impossibly long: what was read is not to be trusted. */
  get isExhausted(): boolean {
    return this.#isMalformed || this.#position > this.#bytes.length * 8;
  }

  readBit(): number {
    const byte = this.#bytes[this.#position >> 3] ?? 0;
    const bit = (byte >> (7 - (this.#position & 7))) & 1;
    this.#position += 1;
    return bit;
  }

  readFlag(): boolean {
    return this.readBit() === 1;
  }

  /** An unsigned number of 0–32 bits. */
  readBits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i += 1) value = value * 2 + this.readBit();
    return value;
  }

  /** `ue(v)`, ITU-T H.264 §9.1. */
  readUnsignedExpGolomb(): number {
    let prefixBits = 0;
    while (this.readBit() === 0) {
      prefixBits += 1;
      if (prefixBits > LONGEST_EXP_GOLOMB_PREFIX_BITS) {
        this.#isMalformed = true;
        return 0;
      }
    }
    return 2 ** prefixBits - 1 + this.readBits(prefixBits);
  }

  /** `se(v)`, ITU-T H.264 §9.1.1. */
  readSignedExpGolomb(): number {
    const code = this.readUnsignedExpGolomb();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}
