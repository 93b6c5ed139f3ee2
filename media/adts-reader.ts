import { LONGEST_AAC_FRAME_BYTES } from './aac.ts';

const HEADER_BYTES = 7;
const CHECKSUM_BYTES = 2;
const LONGEST_BYTES = HEADER_BYTES + CHECKSUM_BYTES + LONGEST_AAC_FRAME_BYTES;
/** Twelve bits of ones, MPEG-4 and layer 0; the last bit says that no checksum follows. */
const SYNC = 0xfff0;
const WITHOUT_CHECKSUM = 0x0001;

/** What was read is not the AAC that was asked for. */
export class AdtsError extends Error {
  override readonly name = 'AdtsError';
}

/** Takes AAC frames out of a stream of ADTS (ISO/IEC 14496-3 §1.A.2.2), however it is cut. */
export class AdtsReader {
  readonly #description: Buffer;
  #rest: Buffer = Buffer.alloc(0);

  /** @param description the AudioSpecificConfig, of two bytes, that every frame has to follow. */
  constructor(description: Buffer) {
    this.#description = description;
  }

  /**
   * The frames that this completes, without their headers and with bytes of their own.
   * @throws AdtsError when it is something else.
   */
  push(chunk: Buffer): Buffer[] {
    let rest = Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    while (rest.length >= HEADER_BYTES) {
      const { headerBytes, bytes } = this.#header(rest);
      if (rest.length < bytes) break;
      frames.push(ownBytes(rest.subarray(headerBytes, bytes)));
      rest = rest.subarray(bytes);
    }
    this.#rest = ownBytes(rest);
    return frames;
  }

  #header(bytes: Buffer): { readonly headerBytes: number; readonly bytes: number } {
    const first = bytes.readUInt16BE(0);
    if ((first & ~WITHOUT_CHECKSUM) !== SYNC) throw new AdtsError('this is no ADTS');
    const description = describe(bytes);
    if (!description.equals(this.#description))
      throw new AdtsError(`the AAC is of the kind ${description.toString('hex')}`);
    const headerBytes = HEADER_BYTES + (first & WITHOUT_CHECKSUM ? 0 : CHECKSUM_BYTES);
    const frameBytes = (bytes.readUInt32BE(3) >>> 13) & 0x1fff;
    if (frameBytes <= headerBytes || frameBytes > LONGEST_BYTES)
      throw new AdtsError(`a frame of ${frameBytes} bytes`);
    return { headerBytes, bytes: frameBytes };
  }
}

/** The header's fields as an AudioSpecificConfig (§1.6.2.1): object type, sample rate, channels. */
function describe(header: Buffer): Buffer {
  const fields = header.readUInt16BE(2);
  const objectType = (fields >> 14) + 1;
  const sampleRate = (fields >> 10) & 0x0f;
  const channels = (fields >> 6) & 0x07;
  const description = Buffer.alloc(2);
  description.writeUInt16BE((objectType << 11) | (sampleRate << 7) | (channels << 3));
  return description;
}

/** So that a frame that is kept keeps nothing else alive. */
function ownBytes(part: Buffer): Buffer {
  const bytes = Buffer.allocUnsafeSlow(part.length);
  part.copy(bytes);
  return bytes;
}
