import { execFile } from 'node:child_process';

/** Runs ffmpeg to its end and gives what it wrote to standard output; rejects when it says a single word of trouble. */
export function runFfmpeg(args: readonly string[], input?: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      'ffmpeg',
      ['-hide_banner', '-loglevel', 'error', '-y', ...args],
      { encoding: 'buffer', maxBuffer: 256 * 1024 * 1024, timeout: 20_000 },
      (error, stdout, stderr) => {
        if (error || stderr.length > 0) reject(new Error(`ffmpeg: ${stderr.toString()}`, { cause: error }));
        else resolve(stdout);
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
