export type TlvItem = readonly [type: number, value: Buffer];

const LONGEST_PIECE_BYTES = 255;

/** HAP's TLV8: values longer than 255 bytes go in pieces of the same type. */
export function encodeTlv(items: readonly TlvItem[]): Buffer {
  return Buffer.concat(
    items.flatMap(([type, value]) => {
      const pieces = [];
      for (let offset = 0; offset === 0 || offset < value.length; offset += LONGEST_PIECE_BYTES) {
        const piece = value.subarray(offset, offset + LONGEST_PIECE_BYTES);
        pieces.push(Buffer.of(type, piece.length), piece);
      }
      return pieces;
    }),
  );
}

export function decodeTlv(bytes: Buffer = Buffer.alloc(0)): Map<number, Buffer> {
  const items = new Map<number, Buffer>();
  for (let offset = 0; offset + 2 <= bytes.length;) {
    const type = bytes.readUInt8(offset);
    const end = offset + 2 + bytes.readUInt8(offset + 1);
    items.set(type, Buffer.concat([items.get(type) ?? Buffer.alloc(0), bytes.subarray(offset + 2, end)]));
    offset = end;
  }
  return items;
}

export function uint8(value: number): Buffer {
  return Buffer.of(value);
}

export function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}
