export interface ImageSize {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

const MARKER = 0xff;
const FIRST_SEGMENT_OFFSET = 2;
const START_OF_SCAN = 0xda;
const SOF_BYTES = 9;
/** C4, C8 and CC lie among the start-of-frame markers, but define tables (ITU-T T.81 table B.1). */
const NOT_START_OF_FRAME = new Set([0xc4, 0xc8, 0xcc]);

/** A JPEG's size as its frame header says (ITU-T T.81 §B.2.2); undefined when it is no JPEG or is cut. */
export function jpegSizeOf(jpeg: Buffer): ImageSize | undefined {
  let offset = FIRST_SEGMENT_OFFSET;
  while (offset + SOF_BYTES <= jpeg.length && jpeg[offset] === MARKER) {
    const marker = jpeg.readUInt8(offset + 1);
    if (isStartOfFrame(marker)) {
      return { height: jpeg.readUInt16BE(offset + 5), width: jpeg.readUInt16BE(offset + 7) };
    }
    if (marker === START_OF_SCAN) return undefined;
    offset += 2 + jpeg.readUInt16BE(offset + 2);
  }
  return undefined;
}

function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && !NOT_START_OF_FRAME.has(marker);
}
