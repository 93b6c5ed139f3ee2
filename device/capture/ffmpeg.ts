import type { CaptureCommand } from './capture-process.ts';

export const FFMPEG_MISSING = 'ffmpeg is not installed: sudo apt install ffmpeg';

const QUIETLY = ['-hide_banner', '-nostdin', '-loglevel', 'error'];
/** FLV says how long each picture is, and each is written at once. */
const AS_FLV_TO_STDOUT = ['-f', 'flv', '-flvflags', 'no_duration_filesize', '-flush_packets', '1', 'pipe:1'];

/** An ffmpeg that writes H.264 as FlvReader reads it. */
export function ffmpegCapture(
  inputAndCodec: readonly string[],
  explain?: CaptureCommand['explain'],
): CaptureCommand {
  return {
    program: 'ffmpeg',
    args: [...QUIETLY, ...inputAndCodec, ...AS_FLV_TO_STDOUT],
    whenMissing: FFMPEG_MISSING,
    ...(explain && { explain }),
  };
}
