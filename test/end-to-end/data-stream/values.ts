/** What HomeKit Data Stream messages are made of. */
export type DataStreamValue =
  | boolean
  | number
  | string
  | null
  | Buffer
  | readonly DataStreamValue[]
  | { readonly [key: string]: DataStreamValue };

const TAG = {
  true: 0x01,
  false: 0x02,
  terminator: 0x03,
  null: 0x04,
  minusOne: 0x07,
  firstSmallInteger: 0x08,
  lastSmallInteger: 0x2f,
  int8: 0x30,
  int16: 0x31,
  int32: 0x32,
  int64: 0x33,
  float32: 0x35,
  float64: 0x36,
  emptyText: 0x40,
  longestShortText: 0x60,
  text8: 0x61,
  text16: 0x62,
  text32: 0x63,
  emptyData: 0x70,
  longestShortData: 0x90,
  data8: 0x91,
  data16: 0x92,
  data32: 0x93,
  firstRepetition: 0xa0,
  lastRepetition: 0xcf,
  emptyArray: 0xd0,
  endedArray: 0xdf,
  emptyDictionary: 0xe0,
  endedDictionary: 0xef,
} as const;

/** 39 could be one too, and HAP-NodeJS writes it so, but cannot read it. */
const LARGEST_SMALL_INTEGER = 38;
const LONGEST_SHORT = 32;
const MOST_COUNTED = 14;

/** Writes a value; repetitions are written out. */
export function encodeValue(value: DataStreamValue): Buffer {
  if (value === null) return Buffer.of(TAG.null);
  if (typeof value === 'boolean') return Buffer.of(value ? TAG.true : TAG.false);
  if (typeof value === 'number') return encodeInteger(value);
  if (typeof value === 'string') return encodeBytes(Buffer.from(value), TAG.emptyText, TAG.text8);
  if (Buffer.isBuffer(value)) return encodeBytes(value, TAG.emptyData, TAG.data8);
  if (Array.isArray(value)) return encodeCounted(TAG.emptyArray, value.length, value as DataStreamValue[]);
  const entries = Object.entries(value);
  return encodeCounted(TAG.emptyDictionary, entries.length, entries.flat());
}

/** Reads one value that fills the bytes. */
export function decodeValue(bytes: Buffer): DataStreamValue {
  const reader = new ValueReader(bytes);
  const value = reader.read();
  if (value === undefined || !reader.isAtEnd) throw new Error('not one value of a data stream');
  return value;
}

function encodeInteger(value: number): Buffer {
  if (value >= 0 && value <= LARGEST_SMALL_INTEGER) return Buffer.of(TAG.firstSmallInteger + value);
  const bytes = Buffer.alloc(9, TAG.int64);
  bytes.writeBigInt64LE(BigInt(value), 1);
  return bytes;
}

function encodeBytes(bytes: Buffer, emptyTag: number, tag8: number): Buffer {
  if (bytes.length <= LONGEST_SHORT) return Buffer.concat([Buffer.of(emptyTag + bytes.length), bytes]);
  return Buffer.concat([Buffer.of(tag8, bytes.length), bytes]);
}

function encodeCounted(emptyTag: number, count: number, values: readonly DataStreamValue[]): Buffer {
  if (count > MOST_COUNTED) throw new Error('too many values for a test');
  return Buffer.concat([Buffer.of(emptyTag + count), ...values.map(encodeValue)]);
}

class ValueReader {
  readonly #bytes: Buffer;
  /** What may be repeated by its place in here: all but what is as short as the repetition itself. */
  readonly #seen: DataStreamValue[] = [];
  #offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#offset === this.#bytes.length;
  }

  /** undefined for the mark that ends an array or a dictionary. */
  read(): DataStreamValue | undefined {
    const tag = this.#take(1).readUInt8();
    if (tag === TAG.terminator) return undefined;
    if (tag === TAG.null) return null;
    if (tag === TAG.true || tag === TAG.false) return tag === TAG.true;
    if (tag >= TAG.minusOne && tag <= TAG.lastSmallInteger) return tag - TAG.firstSmallInteger;
    if (tag >= TAG.firstRepetition && tag <= TAG.lastRepetition) return this.#seen[tag - TAG.firstRepetition];
    if (tag >= TAG.emptyDictionary) return this.#readDictionary(tag);
    if (tag >= TAG.emptyArray) return this.#readArray(tag);
    const value = tag >= TAG.emptyText ? this.#readBytes(tag) : this.#readNumber(tag);
    this.#seen.push(value);
    return value;
  }

  #readNumber(tag: number): number {
    if (tag === TAG.int8) return this.#take(1).readInt8();
    if (tag === TAG.int16) return this.#take(2).readInt16LE();
    if (tag === TAG.int32) return this.#take(4).readInt32LE();
    if (tag === TAG.int64) return Number(this.#take(8).readBigInt64LE());
    if (tag === TAG.float32) return this.#take(4).readFloatLE();
    if (tag === TAG.float64) return this.#take(8).readDoubleLE();
    throw new Error(`no value begins with 0x${tag.toString(16)}`);
  }

  #readBytes(tag: number): string | Buffer {
    const isText = tag < TAG.emptyData;
    const [empty, long] = isText ? [TAG.emptyText, TAG.text8] : [TAG.emptyData, TAG.data8];
    const bytes = this.#take(tag < long ? tag - empty : this.#readLength(tag - long));
    return isText ? bytes.toString() : bytes;
  }

  #readLength(size: number): number {
    if (size === 0) return this.#take(1).readUInt8();
    return size === 1 ? this.#take(2).readUInt16LE() : this.#take(4).readUInt32LE();
  }

  #readArray(tag: number): DataStreamValue[] {
    return this.#readMany(tag === TAG.endedArray ? Infinity : tag - TAG.emptyArray);
  }

  #readDictionary(tag: number): DataStreamValue {
    const flat = this.#readMany(tag === TAG.endedDictionary ? Infinity : 2 * (tag - TAG.emptyDictionary));
    const keys = flat.filter((_, index) => index % 2 === 0);
    return Object.fromEntries(keys.map((key, index) => [textOf(key), flat[2 * index + 1] ?? null]));
  }

  #readMany(count: number): DataStreamValue[] {
    const values: DataStreamValue[] = [];
    while (values.length < count) {
      const value = this.read();
      if (value === undefined) break;
      values.push(value);
    }
    return values;
  }

  #take(bytes: number): Buffer {
    const end = this.#offset + bytes;
    if (end > this.#bytes.length) throw new Error('the message ends too early');
    const taken = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }
}

function textOf(key: DataStreamValue): string {
  if (typeof key !== 'string') throw new Error('a key is no text');
  return key;
}
