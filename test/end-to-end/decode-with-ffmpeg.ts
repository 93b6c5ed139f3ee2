import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Decoded {
  readonly complaints: string;
  /** Such as 1280x720. */
  readonly size: string;
  readonly pictures: number;
}

/** What ffmpeg says of an H.264 byte stream. */
export function decodeWithFfmpeg(video: Buffer): Decoded {
  const folder = mkdtempSync(join(tmpdir(), 'picam-decode-'));
  const file = join(folder, 'video.h264');
  try {
    writeFileSync(file, video);
    const decoded = spawnSync('ffmpeg', ['-v', 'error', '-i', file, '-f', 'null', '-'], { encoding: 'utf8' });
    const fields = ['-count_frames', '-show_entries', 'stream=width,height,nb_read_frames', '-of', 'csv=p=0'];
    const probed = spawnSync('ffprobe', ['-v', 'error', ...fields, file], { encoding: 'utf8' });
    const [width, height, pictures] = probed.stdout.trim().split(',');
    return { complaints: decoded.stderr, size: `${width ?? ''}x${height ?? ''}`, pictures: Number(pictures) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
