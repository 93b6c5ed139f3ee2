import { type ExecFileException, execFile } from 'node:child_process';
import { CameraError } from '../../contract/errors.ts';
import { describeError } from '../../foundation/logger.ts';
import { FFMPEG_MISSING } from '../capture/ffmpeg.ts';
import { leashed } from '../../foundation/leash.ts';
import { environmentWithoutSettings } from '../../foundation/program-environment.ts';

export interface JpegSettings {
  /** Pixels; a smaller picture stays as it is. undefined: the picture's own width. */
  readonly width: number | undefined;
  /** 1 (poor) to 100 (best). */
  readonly quality: number;
}

/** Makes a JPEG of one key frame with its parameter sets, an H.264 byte stream. */
export type EncodeJpeg = (keyframe: Buffer, settings: JpegSettings, signal: AbortSignal) => Promise<Buffer>;

const TIMEOUT_MS = 5_000;
const MAX_JPEG_BYTES = 16 * 1024 * 1024;
const BEST_QSCALE = 2;
const POOREST_QSCALE = 31;
const LONGEST_STDERR = 300;

/** @throws CameraError `timeout` after 5 s, else `internal`. */
export const encodeJpegWithFfmpeg: EncodeJpeg = (keyframe, settings, signal) =>
  new Promise((resolve, reject) => {
    const { program, args } = leashed('ffmpeg', ffmpegArguments(settings));
    const child = execFile(
      program,
      [...args],
      {
        encoding: 'buffer',
        maxBuffer: MAX_JPEG_BYTES,
        timeout: TIMEOUT_MS,
        killSignal: 'SIGKILL',
        env: environmentWithoutSettings(process.env),
        signal,
      },
      (error, stdout, stderr) => {
        if (error) reject(asCameraError(error, stderr.toString(), signal));
        else resolve(stdout);
      },
    );
    // ffmpeg stops reading once it has its picture; how it ended is judged by its exit status.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(keyframe);
  });

/** ffmpeg's -q:v for a quality of 1 to 100. */
export function qscaleFor(quality: number): number {
  const share = (Math.min(100, Math.max(1, quality)) - 1) / 99;
  return Math.round(POOREST_QSCALE - share * (POOREST_QSCALE - BEST_QSCALE));
}

function ffmpegArguments({ width, quality }: JpegSettings): string[] {
  const scale = width === undefined ? [] : ['-vf', `scale=min(iw\\,${width}):-2`];
  return [
    ...['-hide_banner', '-loglevel', 'error', '-threads', '1', '-f', 'h264', '-i', 'pipe:0'],
    ...['-frames:v', '1', ...scale, '-pix_fmt', 'yuvj420p', '-q:v', String(qscaleFor(quality))],
    ...['-f', 'mjpeg', 'pipe:1'],
  ];
}

function asCameraError(error: ExecFileException, stderr: string, signal: AbortSignal): CameraError {
  if (signal.aborted) return new CameraError('offline', 'The camera is shutting down; try again later.');
  if (error.code === 'ENOENT') return new CameraError('internal', FFMPEG_MISSING, { cause: error });
  if (error.killed === true) {
    const message = `Making the snapshot took longer than ${TIMEOUT_MS} ms; the camera is overloaded, try again.`;
    return new CameraError('timeout', message, { cause: error });
  }
  const said = stderr.trim().slice(0, LONGEST_STDERR) || describeError(error);
  return new CameraError('internal', `ffmpeg made no snapshot; it said: ${said}`, { cause: error });
}
