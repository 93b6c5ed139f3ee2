import type { Logger } from '../../foundation/logger.ts';
import { type Clock, systemClock } from './clock.ts';
import { FileSource } from './file-source.ts';
import { SourceError } from './source-error.ts';
import type { Source, VideoSettings } from './source.ts';
import { createTestSource } from './test-source.ts';

const KNOWN_SPECS = '"test" (a moving picture with a clock) and "file:PATH" (H.264, mp4, mov, mkv or ts)';

/**
 * The source that a configuration names. Nothing is started, and no file is looked at.
 *
 * @throws SourceError for a spec that names no source.
 */
export function createSource(
  spec: string,
  video: VideoSettings,
  logger: Logger,
  clock: Clock = systemClock,
): Source {
  if (spec === 'test') return createTestSource(video, clock, logger);
  if (spec.startsWith('file:')) return new FileSource(pathOf(spec), video, clock, logger);
  throw new SourceError(`source ${quoted(spec)} is not known; known are ${KNOWN_SPECS}.`, { isFinal: true });
}

function pathOf(spec: string): string {
  const path = spec.slice('file:'.length);
  if (path !== '' && !hasControlCharacters(path)) return path;
  throw new SourceError(
    `source ${quoted(spec)} needs the path of a file on one line, such as "file:/home/pi/door.h264".`,
    { isFinal: true },
  );
}

function hasControlCharacters(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
