/** A NAL unit cut out of a byte stream, with the arrival of its first byte. */
export interface ArrivedNalUnit {
  /** Without start code and trailing zeros; owns its memory. */
  readonly nalUnit: Buffer;
  /** The `nowUs` of the push that completed its start code, in microseconds. */
  readonly arrivedAtUs: number;
}

/** A NAL unit grew past the splitter's limit: the input is not H.264 in Annex B, or is damaged. */
export class NalUnitTooLargeError extends Error {
  override readonly name = 'NalUnitTooLargeError';

  constructor(limitBytes: number, cause?: unknown) {
    super(
      `a NAL unit is larger than ${limitBytes} bytes: the input is damaged or is not an H.264 byte stream (Annex B)`,
      { cause },
    );
  }
}

const START_CODE = Buffer.from([0, 0, 1]);
const STEP_BYTES = 64 * 1024;
const DEFAULT_LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * Cuts an H.264 byte stream (ITU-T H.264 Annex B) into NAL units.
 *
 * Chunks may be cut anywhere and start codes may have three or four bytes. Bytes before the first start code are
 * skipped. Memory stays below `maxNalUnitBytes` and a constant, whatever comes in.
 */
export class NalUnitSplitter {
  readonly #limitBytes: number;
  #buffer = Buffer.alloc(STEP_BYTES);
  #length = 0;
  #scanned = 0;
  #openSinceUs: number | undefined;
  #skippedBytes = 0;

  constructor(options: { readonly maxNalUnitBytes?: number } = {}) {
    this.#limitBytes = options.maxNalUnitBytes ?? DEFAULT_LIMIT_BYTES;
  }

  /** How many bytes belonged to no NAL unit and were skipped; zeros between NAL units do not count. */
  get skippedBytes(): number {
    return this.#skippedBytes;
  }

  /**
   * Takes the next bytes and returns the NAL units they completed: those followed by another start code.
   *
   * @throws NalUnitTooLargeError after which the splitter skips to the next start code; NAL units completed by the
   *   same push are lost.
   */
  push(chunk: Uint8Array, nowUs: number): ArrivedNalUnit[] {
    const completed: ArrivedNalUnit[] = [];
    for (let offset = 0; offset < chunk.length; offset += STEP_BYTES) {
      this.#append(chunk.subarray(offset, offset + STEP_BYTES));
      this.#scan(nowUs, completed);
      this.#checkLimit();
    }
    return completed;
  }

  /**
   * The bytes so far of the NAL unit whose end is not known yet; undefined between NAL units. A view that is valid
   * until the next push or flush.
   */
  peekOpen(): ArrivedNalUnit | undefined {
    if (this.#openSinceUs === undefined) return undefined;
    const end = endWithoutZeros(this.#buffer, this.#length);
    return { nalUnit: this.#buffer.subarray(0, end), arrivedAtUs: this.#openSinceUs };
  }

  /** Takes the open NAL unit for complete. Bytes that follow are skipped up to the next start code. */
  flush(): ArrivedNalUnit | undefined {
    const open = this.peekOpen();
    const flushed = open && { ...open, nalUnit: Buffer.from(open.nalUnit) };
    this.reset();
    return flushed === undefined || flushed.nalUnit.length === 0 ? undefined : flushed;
  }

  /** Forgets everything; input continues at the next start code. */
  reset(): void {
    this.#length = 0;
    this.#scanned = 0;
    this.#openSinceUs = undefined;
    if (this.#buffer.length > STEP_BYTES) this.#buffer = Buffer.alloc(STEP_BYTES);
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#buffer.length) {
      const grown = Buffer.alloc(Math.max(needed, this.#buffer.length * 2));
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = needed;
  }

  #scan(nowUs: number, completed: ArrivedNalUnit[]): void {
    const bytes = this.#buffer.subarray(0, this.#length);
    let start = 0;
    let found = bytes.indexOf(START_CODE, this.#scanned);
    while (found !== -1) {
      this.#complete(bytes.subarray(start, found), completed);
      this.#openSinceUs = nowUs;
      start = found + START_CODE.length;
      found = bytes.indexOf(START_CODE, start);
    }
    this.#keepFrom(start);
  }

  #complete(bytes: Buffer, completed: ArrivedNalUnit[]): void {
    const end = endWithoutZeros(bytes, bytes.length);
    if (this.#openSinceUs === undefined) this.#skippedBytes += end;
    if (this.#openSinceUs === undefined || end === 0) return;
    completed.push({ nalUnit: Buffer.from(bytes.subarray(0, end)), arrivedAtUs: this.#openSinceUs });
  }

  #keepFrom(start: number): void {
    const couldBeginStartCode = START_CODE.length - 1;
    const isOpen = this.#openSinceUs !== undefined;
    const from = isOpen ? start : Math.max(0, this.#length - couldBeginStartCode);
    if (!isOpen) this.#skippedBytes += endWithoutZeros(this.#buffer, from);
    this.#buffer.copyWithin(0, from, this.#length);
    this.#length -= from;
    this.#scanned = Math.max(0, this.#length - couldBeginStartCode);
  }

  #checkLimit(): void {
    if (this.#length <= this.#limitBytes) return;
    this.reset();
    throw new NalUnitTooLargeError(this.#limitBytes);
  }
}

/** A NAL unit never ends in a zero byte (H.264 §7.4.1): zeros before a start code belong to the stream. */
function endWithoutZeros(bytes: Buffer, length: number): number {
  let end = length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return end;
}
