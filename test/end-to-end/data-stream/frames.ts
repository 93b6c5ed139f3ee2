import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

const CIPHER = 'chacha20-poly1305';
const FRAME_TYPE = 1;
const HEADER_BYTES = 4;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

export interface DataStreamKeys {
  readonly toController: Buffer;
  readonly toAccessory: Buffer;
}

/** The keys of a data stream, from the secret of the HAP connection that it was set up in and both sides' salts. */
export function dataStreamKeys(
  secret: Buffer,
  controllerSalt: Buffer,
  accessorySalt: Buffer,
): DataStreamKeys {
  const salt = Buffer.concat([controllerSalt, accessorySalt]);
  const derive = (info: string) => Buffer.from(hkdfSync('sha512', secret, salt, info, KEY_BYTES));
  return {
    toController: derive('HDS-Read-Encryption-Key'),
    toAccessory: derive('HDS-Write-Encryption-Key'),
  };
}

/** Frames of one direction: length, encrypted content, and a tag; the nonce counts them. */
export class FrameWriter {
  readonly #key: Buffer;
  #count = 0n;

  constructor(key: Buffer) {
    this.#key = key;
  }

  write(content: Buffer): Buffer {
    const header = Buffer.alloc(HEADER_BYTES, FRAME_TYPE);
    header.writeUIntBE(content.length, 1, 3);
    const cipher = createCipheriv(CIPHER, this.#key, nonceOf(this.#count), { authTagLength: TAG_BYTES });
    this.#count += 1n;
    cipher.setAAD(header, { plaintextLength: content.length });
    const encrypted = Buffer.concat([cipher.update(content), cipher.final()]);
    return Buffer.concat([header, encrypted, cipher.getAuthTag()]);
  }
}

export class FrameReader {
  readonly #key: Buffer;
  #count = 0n;
  #waiting = Buffer.alloc(0);

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** The contents of the frames that these bytes completed. Throws when one was changed on the way. */
  read(chunk: Buffer): Buffer[] {
    this.#waiting = Buffer.concat([this.#waiting, chunk]);
    const contents: Buffer[] = [];
    for (let frame = this.#takeFrame(); frame; frame = this.#takeFrame()) contents.push(this.#decrypt(frame));
    return contents;
  }

  #takeFrame(): Buffer | undefined {
    if (this.#waiting.length < HEADER_BYTES) return undefined;
    const bytes = HEADER_BYTES + this.#waiting.readUIntBE(1, 3) + TAG_BYTES;
    if (this.#waiting.length < bytes) return undefined;
    const frame = this.#waiting.subarray(0, bytes);
    this.#waiting = this.#waiting.subarray(bytes);
    return frame;
  }

  #decrypt(frame: Buffer): Buffer {
    const decipher = createDecipheriv(CIPHER, this.#key, nonceOf(this.#count), { authTagLength: TAG_BYTES });
    this.#count += 1n;
    const end = frame.length - TAG_BYTES;
    decipher.setAAD(frame.subarray(0, HEADER_BYTES), { plaintextLength: end - HEADER_BYTES });
    decipher.setAuthTag(frame.subarray(end));
    return Buffer.concat([decipher.update(frame.subarray(HEADER_BYTES, end)), decipher.final()]);
  }
}

function nonceOf(count: bigint): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64LE(count, 4);
  return nonce;
}
