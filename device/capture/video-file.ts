import { type FileHandle, open } from 'node:fs/promises';
import type { AccessUnit } from '../../media/access-unit.ts';
import { AccessUnitSplitter } from '../../media/access-unit-splitter.ts';
import { findSps } from '../../media/h264-suitability.ts';
import { checkSuitable } from './check-suitable.ts';
import { SourceError } from './source-error.ts';

/** What a video file is, so far as it decides how to play it. `format` is ffmpeg's name for its container. */
export type VideoFile =
  | { readonly kind: 'raw'; readonly framesPerSecond: number | undefined }
  | { readonly kind: 'container'; readonly format: 'mov' | 'matroska' | 'mpegts' };

const HEAD_BYTES = 4 * 1024 * 1024;
const TS_PACKET_BYTES = 188;
const TS_SYNC_BYTE = 0x47;
const EBML_MAGIC = Buffer.from([0x1a, 0x45, 0xdf, 0xa3]);
const MOV_FIRST_BOXES = new Set(['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip']);
const WHAT_PLAYS =
  'give an H.264 byte stream (rpicam-vid --codec h264 --profile baseline), or an mp4, mov, mkv or ts file with H.264 in it';

/** @throws SourceError that says why the file cannot be played, and what to do. */
export async function inspectVideoFile(path: string): Promise<VideoFile> {
  const head = await readHead(path);
  const format = containerFormatOf(head);
  if (format !== undefined) return { kind: 'container', format };
  if (!beginsWithStartCode(head)) throw refusal(path, `is not H.264; ${WHAT_PLAYS}`);
  const units = accessUnitsIn(head, path);
  for (const unit of units) checkSuitable(unit, `file ${path}`);
  const keyframe = units.find((unit) => unit.isKeyframe && findSps(unit) !== undefined);
  if (!keyframe) throw refusal(path, `holds no H.264 key frame with its parameters; ${WHAT_PLAYS}`);
  return { kind: 'raw', framesPerSecond: findSps(keyframe)?.framesPerSecond };
}

async function readHead(path: string): Promise<Buffer> {
  const file = await openFile(path);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw refusal(path, 'is not a file; give the path of a video file');
    if (stat.size === 0) throw refusal(path, 'is empty; record it again');
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(stat.size, HEAD_BYTES)), 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    const problem = code === 'ENOENT' ? 'does not exist; check the path' : `cannot be read (${code})`;
    throw refusal(path, problem, cause);
  }
}

function containerFormatOf(head: Buffer): 'mov' | 'matroska' | 'mpegts' | undefined {
  if (MOV_FIRST_BOXES.has(head.toString('latin1', 4, 8))) return 'mov';
  if (head.subarray(0, EBML_MAGIC.length).equals(EBML_MAGIC)) return 'matroska';
  const syncBytes = [0, 1, 2].map((packet) => head[packet * TS_PACKET_BYTES]);
  return syncBytes.every((byte) => byte === TS_SYNC_BYTE) ? 'mpegts' : undefined;
}

function beginsWithStartCode(head: Buffer): boolean {
  const firstOne = head.subarray(0, 4).indexOf(1);
  return firstOne >= 2 && head.subarray(0, firstOne).every((byte) => byte === 0);
}

function accessUnitsIn(head: Buffer, path: string): AccessUnit[] {
  const splitter = new AccessUnitSplitter();
  try {
    const units = splitter.push(head, 0);
    const last = head.length < HEAD_BYTES ? splitter.endOfInput() : undefined;
    return last === undefined ? units : [...units, last];
  } catch (cause) {
    throw refusal(path, `is not H.264, or is damaged; ${WHAT_PLAYS}`, cause);
  }
}

function refusal(path: string, problem: string, cause?: unknown): SourceError {
  return new SourceError(`file ${path} ${problem}.`, { cause, isFinal: true });
}
