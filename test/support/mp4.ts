import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const RUN_OPTIONS = { encoding: 'buffer', timeout: 20_000, maxBuffer: 256 * 1024 * 1024 } as const;
const BYTES_A_SAMPLE = 2;
/** Data offset, and of each sample its duration, size and flags. */
const RUN_FLAGS = 0x00_0701;
const IS_NO_SYNC_SAMPLE = 0x0001_0000;

export interface Mp4Box {
  readonly type: string;
  readonly content: Buffer;
}

/** One sample as ffprobe sees it; seconds from the beginning. */
export interface ProbedPacket {
  readonly kind: 'video' | 'audio';
  readonly atS: number;
  readonly durationS: number;
  readonly isKeyframe: boolean;
}

export interface ProbedMp4 {
  /** All that ffprobe and ffmpeg complain of while they read and decode it; empty when it is clean. */
  readonly complaints: string;
  readonly video: string;
  /** undefined without sound. */
  readonly audio: string | undefined;
  readonly packets: readonly ProbedPacket[];
  /** How many pictures could be decoded. */
  readonly pictures: number;
  /** Of the decoded sound, 0 for silence. */
  readonly loudestSample: number;
}

const reportSchema = z.object({
  streams: z.array(
    z.object({
      codec_type: z.enum(['video', 'audio']),
      codec_name: z.string(),
      profile: z.string(),
      width: z.number().optional(),
      height: z.number().optional(),
      sample_rate: z.string().optional(),
      channels: z.number().optional(),
    }),
  ),
  packets: z.array(
    z.object({
      codec_type: z.enum(['video', 'audio']),
      pts_time: z.coerce.number(),
      /** ffprobe does not know that of every packet. */
      duration_time: z.coerce.number().catch(0),
      flags: z.string(),
    }),
  ),
});

/** The boxes one after the other; throws when they do not fill the bytes. */
export function mp4Boxes(bytes: Buffer): Mp4Box[] {
  const boxes: Mp4Box[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const length = bytes.readUInt32BE(offset);
    if (length < 8 || offset + length > bytes.length)
      throw new Error(`a box of ${length} bytes at ${offset}`);
    const type = bytes.toString('latin1', offset + 4, offset + 8);
    boxes.push({ type, content: bytes.subarray(offset + 8, offset + length) });
    offset += length;
  }
  return boxes;
}

export interface FragmentShape {
  readonly types: readonly string[];
  /** Of the first track, in its timescale. */
  readonly duration: number;
  readonly beginsWithSync: boolean;
}

/** What a fragment says of its first track. */
export function fragmentShape(bytes: Buffer): FragmentShape {
  const boxes = mp4Boxes(bytes);
  const track = mp4Boxes(contentOf(boxes, 'moof')).find(({ type }) => type === 'traf');
  const run = contentOf(mp4Boxes(track?.content ?? Buffer.alloc(0)), 'trun');
  if (run.readUInt32BE(0) !== RUN_FLAGS) throw new Error('samples are not described as they should be');
  const samples = Array.from({ length: run.readUInt32BE(4) }, (_, nth) => 12 + nth * 12);
  return {
    types: boxes.map(({ type }) => type),
    duration: samples.reduce((sum, offset) => sum + run.readUInt32BE(offset), 0),
    beginsWithSync: (run.readUInt32BE(12 + 8) & IS_NO_SYNC_SAMPLE) === 0,
  };
}

function contentOf(boxes: readonly Mp4Box[], wanted: string): Buffer {
  const found = boxes.find(({ type }) => type === wanted);
  if (!found) throw new Error(`there is no ${wanted}`);
  return found.content;
}

/** Reads and decodes a whole MP4 with ffprobe and ffmpeg. */
export async function probeMp4(bytes: Buffer): Promise<ProbedMp4> {
  const folder = await mkdtemp(join(tmpdir(), 'picam-mp4-'));
  const file = join(folder, 'recording.mp4');
  try {
    await writeFile(file, bytes);
    return await probeFile(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function probeFile(file: string): Promise<ProbedMp4> {
  const words = '-v warning -show_streams -show_packets -of json'.split(' ');
  const probed = await run('ffprobe', [...words, file]);
  const { streams, packets } = reportSchema.parse(JSON.parse(probed.stdout.toString()));
  const video = streams.find(({ codec_type }) => codec_type === 'video');
  const audio = streams.find(({ codec_type }) => codec_type === 'audio');
  const decode = ['-v', 'warning', '-i', file];
  const pictures = await run('ffmpeg', [...decode, '-map', '0:v', '-f', 'framemd5', '-']);
  const sound = audio && (await run('ffmpeg', [...decode, '-map', '0:a', '-f', 's16le', '-']));
  return {
    complaints: [probed, pictures, sound].map((output) => output?.stderr.toString() ?? '').join(''),
    video: video ? `${video.codec_name} ${video.width}x${video.height}` : 'none',
    audio: audio && `${audio.codec_name} ${audio.profile} ${audio.sample_rate} ${audio.channels}`,
    packets: packets.map(({ codec_type: kind, pts_time: atS, duration_time: durationS, flags }) => {
      return { kind, atS, durationS, isKeyframe: flags.startsWith('K') };
    }),
    pictures: pictures.stdout.toString().match(/^0,/gmu)?.length ?? 0,
    loudestSample: loudest(sound?.stdout ?? Buffer.alloc(0)),
  };
}

/** The sound of an MP4 from the beginning of its track, 48,000 samples a second from -1 to 1. */
export async function decodeSound(bytes: Buffer): Promise<Float32Array> {
  const folder = await mkdtemp(join(tmpdir(), 'picam-mp4-'));
  const file = join(folder, 'recording.mp4');
  try {
    await writeFile(file, bytes);
    const words = ['-v', 'error', '-i', file, ...'-map 0:a -ar 48000 -ac 1 -f f32le -'.split(' ')];
    const { stdout } = await run('ffmpeg', words);
    return new Float32Array(new Uint8Array(stdout).buffer);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[]): Promise<{ stdout: Buffer; stderr: Buffer }> {
  return promisify(execFile)(program, args, RUN_OPTIONS);
}

function loudest(pcm: Buffer): number {
  let most = 0;
  for (let offset = 0; offset + BYTES_A_SAMPLE <= pcm.length; offset += BYTES_A_SAMPLE)
    most = Math.max(most, Math.abs(pcm.readInt16LE(offset)));
  return most;
}
