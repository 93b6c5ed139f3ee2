import { OPUS_CLOCK_RATE } from './opus-packet.ts';

const PAGE_HEADER_BYTES = 27;
const LACING_MAXIMUM = 255;
const FIRST_PAGE = 0x02;
const CRC_AT = 22;
const CRC_POLYNOMIAL = 0x04c11db7;
const VENDOR = 'picam';

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80000000 ? (crc << 1) ^ CRC_POLYNOMIAL : crc << 1;
  return crc >>> 0;
});

/**
 * Writes Opus packets as an Ogg stream (RFC 3533, RFC 7845), each in a page of its own, so that a reader has it as
 * soon as it was written.
 */
export class OggOpusWriter {
  readonly #serial: number;
  #sequence = 0;
  #granule = 0n;

  /** @param serial of the stream, 32 bits. */
  constructor(serial: number) {
    this.#serial = serial;
  }

  /** What comes before the first packet. */
  header(): Buffer {
    return Buffer.concat([this.#page(identification(), FIRST_PAGE), this.#page(comments(), 0)]);
  }

  /** @param samples of the packet's duration, 48 kHz. */
  packet(opus: Buffer, samples: number): Buffer {
    this.#granule += BigInt(samples);
    return this.#page(opus, 0);
  }

  #page(body: Buffer, flags: number): Buffer {
    const whole = Math.floor(body.length / LACING_MAXIMUM);
    const lacing = Buffer.alloc(whole + 1, LACING_MAXIMUM);
    lacing[whole] = body.length % LACING_MAXIMUM;
    const header = Buffer.alloc(PAGE_HEADER_BYTES);
    header.write('OggS', 'latin1');
    header[5] = flags;
    header.writeBigUInt64LE(this.#granule, 6);
    header.writeUInt32LE(this.#serial, 14);
    header.writeUInt32LE(this.#sequence, 18);
    header[26] = lacing.length;
    this.#sequence += 1;
    const page = Buffer.concat([header, lacing, body]);
    page.writeUInt32LE(checksum(page), CRC_AT);
    return page;
  }
}

/** RFC 7845 §5.1 */
function identification(): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 'latin1');
  head[8] = 1;
  head[9] = 1;
  head.writeUInt32LE(OPUS_CLOCK_RATE, 12);
  return head;
}

/** RFC 7845 §5.2 */
function comments(): Buffer {
  const tags = Buffer.alloc(8 + 4 + VENDOR.length + 4);
  tags.write('OpusTags', 'latin1');
  tags.writeUInt32LE(VENDOR.length, 8);
  tags.write(VENDOR, 12, 'latin1');
  return tags;
}

function checksum(page: Buffer): number {
  let crc = 0;
  for (const byte of page) crc = ((crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0;
  return crc;
}
