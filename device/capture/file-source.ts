import { resolve as absolutePath } from 'node:path';
import { type Logger, describeError } from '../../foundation/logger.ts';
import { checkSuitable } from './check-suitable.ts';
import type { Clock } from './clock.ts';
import { ffmpegCapture } from './ffmpeg.ts';
import { FlvReader } from './flv-reader.ts';
import { ProcessSource } from './process-source.ts';
import { playRawFile } from './raw-file-player.ts';
import { SourceError } from './source-error.ts';
import type { Source, SourceSink, VideoSettings } from './source.ts';
import { inspectVideoFile } from './video-file.ts';

interface Run {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/** A recording, played at its own size and pace, over and over. Nothing is encoded again. */
export class FileSource implements Source {
  readonly description: string;
  readonly #path: string;
  readonly #video: VideoSettings;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #run: Run | undefined;

  constructor(path: string, video: VideoSettings, clock: Clock, logger: Logger) {
    this.#path = absolutePath(path);
    this.description = `file ${this.#path}`;
    this.#video = video;
    this.#clock = clock;
    this.#logger = logger;
  }

  start(sink: SourceSink): void {
    const abort = new AbortController();
    this.#run = { abort, done: this.#play(sink, abort.signal) };
  }

  async stop(): Promise<void> {
    this.#run?.abort.abort();
    await this.#run?.done;
  }

  async #play(sink: SourceSink, signal: AbortSignal): Promise<void> {
    try {
      const file = await inspectVideoFile(this.#path);
      if (signal.aborted) return;
      if (file.kind === 'raw') await this.#playRaw(file.framesPerSecond, sink, signal);
      else await this.#playContainer(file.format, sink, signal);
    } catch (error) {
      if (!signal.aborted) sink.handleEnd(this.#asSourceError(error));
    }
  }

  async #playRaw(fileFps: number | undefined, sink: SourceSink, signal: AbortSignal): Promise<void> {
    await playRawFile({
      path: this.#path,
      framesPerSecond: fileFps ?? this.#video.fps,
      clock: this.#clock,
      signal,
      handleAccessUnit: (unit) => {
        checkSuitable(unit, this.description);
        sink.handleAccessUnit(unit);
      },
    });
  }

  /** Throws what ended it, unless aborted. */
  async #playContainer(format: string, sink: SourceSink, signal: AbortSignal): Promise<void> {
    const inner = this.#containerSource(format);
    const ended = new Promise<SourceError>((resolve) => {
      inner.start({ handleAccessUnit: (unit) => sink.handleAccessUnit(unit), handleEnd: resolve });
    });
    const aborted = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    const error = await Promise.race([ended, aborted]);
    if (error !== undefined) throw error;
    await inner.stop();
  }

  #containerSource(format: string): ProcessSource {
    const input = ['-protocol_whitelist', 'file,pipe', '-f', format, '-i', `file:${this.#path}`];
    return new ProcessSource({
      description: this.description,
      command: ffmpegCapture(
        ['-re', '-stream_loop', '-1', ...input, '-map', '0:v:0', '-c:v', 'copy'],
        (lastWords) => this.#explain(lastWords),
      ),
      createReader: () => new FlvReader(),
      clock: this.#clock,
      logger: this.#logger,
    });
  }

  #explain(lastWords: string): SourceError | undefined {
    const problem = problemIn(lastWords);
    if (problem === undefined) return undefined;
    return new SourceError(`${this.description} ${problem}`, { isFinal: true });
  }

  #asSourceError(error: unknown): SourceError {
    if (error instanceof SourceError) return error;
    return new SourceError(`${this.description} cannot be played: ${describeError(error)}`, { cause: error });
  }
}

function problemIn(lastWords: string): string | undefined {
  if (/matches no streams/.test(lastWords)) return 'holds no video; give one with H.264 in it.';
  if (/not compatible with flv|not supported in the official FLV|the video is not H\.264/.test(lastWords)) {
    return 'is not H.264; convert it: ffmpeg -i IN -c:v libx264 -profile:v baseline -bf 0 OUT.mp4';
  }
  if (/moov atom not found|Invalid data found/.test(lastWords)) {
    return 'is damaged or was not finished; record it again.';
  }
  return undefined;
}
