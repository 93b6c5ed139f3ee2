import type { FileHandle } from 'node:fs/promises';

const LARGEST_METADATA_BYTES = 1024 * 1024;
const HEADER_BYTES = 16;

/** A box of an MP4 file (ISO/IEC 14496-12 §4.2). */
interface Box {
  readonly type: string;
  /** Where its content begins and ends, from the start of what it was read from. */
  readonly start: number;
  readonly end: number;
}

/**
 * How long a fragmented MP4 plays, in seconds: up to its last whole fragment. 0 for a file without one. Reads the
 * boxes' headers and what describes the fragments, not the pictures.
 */
export async function recordingDurationS(file: FileHandle, fileBytes: number): Promise<number> {
  let timescale = 0;
  let endTicks = 0;
  let announcedTicks = 0;
  for (let position = 0; position < fileBytes;) {
    const box = await boxAt(file, position);
    if (!box || box.end > fileBytes) break;
    if (box.type === 'moov') timescale = timescaleOf(await contentOf(file, box));
    if (box.type === 'moof') announcedTicks = endOfFragment(await contentOf(file, box));
    if (box.type === 'mdat') endTicks = announcedTicks;
    position = box.end;
  }
  return timescale === 0 ? 0 : endTicks / timescale;
}

async function boxAt(file: FileHandle, position: number): Promise<Box | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, position);
  return readBox(buffer.subarray(0, bytesRead), 0, position);
}

async function contentOf(file: FileHandle, { start, end }: Box): Promise<Buffer> {
  const bytes = Math.min(end - start, LARGEST_METADATA_BYTES);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, start);
  return buffer.subarray(0, bytesRead);
}

function readBox(bytes: Buffer, offset: number, origin: number): Box | undefined {
  if (offset + 8 > bytes.length) return undefined;
  const shortSize = bytes.readUInt32BE(offset);
  const isLong = shortSize === 1;
  if (isLong && offset + 16 > bytes.length) return undefined;
  const size = isLong ? Number(bytes.readBigUInt64BE(offset + 8)) : shortSize;
  const headerBytes = isLong ? 16 : 8;
  if (size < headerBytes) return undefined;
  const start = origin + offset;
  return {
    type: bytes.toString('latin1', offset + 4, offset + 8),
    start: start + headerBytes,
    end: start + size,
  };
}

/** The first box at the end of a path of types. */
function find(bytes: Buffer, [type, ...rest]: readonly string[]): Buffer | undefined {
  for (let offset = 0; ;) {
    const box = readBox(bytes, offset, 0);
    if (!box) return undefined;
    const content = bytes.subarray(box.start, box.end);
    if (box.type === type) return rest.length === 0 ? content : find(content, rest);
    offset = box.end;
  }
}

/** §8.4.2 */
function timescaleOf(moov: Buffer): number {
  const mdhd = find(moov, ['trak', 'mdia', 'mdhd']);
  const offset = mdhd?.[0] === 1 ? 20 : 12;
  return mdhd && mdhd.length >= offset + 4 ? mdhd.readUInt32BE(offset) : 0;
}

/** Where the fragment's last picture ends, in ticks (§8.8.12, §8.8.8). */
function endOfFragment(moof: Buffer): number {
  const tfdt = find(moof, ['traf', 'tfdt']);
  const trun = find(moof, ['traf', 'trun']);
  const tfhd = find(moof, ['traf', 'tfhd']);
  if (!tfdt || !trun || !tfhd) return 0;
  const begin = tfdt[0] === 1 ? Number(tfdt.readBigUInt64BE(4)) : tfdt.readUInt32BE(4);
  return begin + ticksOfRun(trun, defaultTicks(tfhd));
}

function ticksOfRun(trun: Buffer, ticksByDefault: number): number {
  const flags = trun.readUIntBE(1, 3);
  const count = trun.readUInt32BE(4);
  if ((flags & 0x100) === 0) return count * ticksByDefault;
  const fieldsOf = (mask: readonly number[]) => mask.filter((bit) => (flags & bit) !== 0).length;
  const first = 8 + 4 * fieldsOf([0x1, 0x4]);
  const step = 4 * fieldsOf([0x100, 0x200, 0x400, 0x800]);
  let ticks = 0;
  for (let i = 0; i < count && first + i * step + 4 <= trun.length; i += 1) {
    ticks += trun.readUInt32BE(first + i * step);
  }
  return ticks;
}

/** §8.8.7 */
function defaultTicks(tfhd: Buffer): number {
  const flags = tfhd.readUIntBE(1, 3);
  if ((flags & 0x8) === 0) return 0;
  return tfhd.readUInt32BE(8 + ((flags & 0x1) !== 0 ? 8 : 0) + ((flags & 0x2) !== 0 ? 4 : 0));
}
