import type { Logger } from '../../foundation/logger.ts';
import { createAutoSource } from './auto-source.ts';
import { type Clock, systemClock } from './clock.ts';
import { FileSource } from './file-source.ts';
import { Picamera2Source } from './picamera2/picamera2-source.ts';
import { RestartingSource } from './restarting-source.ts';
import { createRpicamSource } from './rpicam-source.ts';
import { createRtspSource } from './rtsp-source.ts';
import { SourceError } from './source-error.ts';
import type { Source, VideoSettings } from './source.ts';
import { createTestSource } from './test-source.ts';
import { createV4l2Source } from './v4l2-source.ts';
import { parseV4l2Spec } from './v4l2-spec.ts';

const MILLISECONDS_PER_SECOND = 1_000;
const KNOWN_SPECS =
  '"auto" (the best camera that is there), "picamera2" and "rpicam" (on the ribbon cable; ":1" for the second one), "v4l2:/dev/video0" (USB), "rtsp://…", "test" (a moving picture with a clock) and "file:PATH" (H.264, mp4, mov, mkv or ts)';

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
  if (spec === 'auto')
    return createAutoSource({ create: (found) => createSource(found, video, logger, clock), logger });
  const picamera2 = cameraNumber(spec, 'picamera2');
  if (picamera2 !== undefined) return new Picamera2Source(picamera2, video, clock, logger);
  const rpicam = cameraNumber(spec, 'rpicam');
  if (rpicam !== undefined)
    return restartable(video, clock, logger, (changed) => createRpicamSource(rpicam, changed, clock, logger));
  if (spec.startsWith('v4l2:')) {
    const parsed = parseV4l2Spec(spec.slice('v4l2:'.length));
    return restartable(video, clock, logger, (changed) => createV4l2Source(parsed, changed, clock, logger));
  }
  if (/^rtsps?:\/\//i.test(spec)) return createRtspSource(spec, clock, logger);
  if (spec === 'test')
    return restartable(video, clock, logger, (changed) => createTestSource(changed, clock, logger));
  if (spec.startsWith('file:')) return new FileSource(pathOf(spec), video, clock, logger);
  throw new SourceError(`source ${quoted(spec)} is not known; known are ${KNOWN_SPECS}.`, { isFinal: true });
}

/** For sources that keep the bit rate they were started with: restarted for another one, if that is wanted. */
function restartable(
  video: VideoSettings,
  clock: Clock,
  logger: Logger,
  create: (video: VideoSettings) => Source,
): Source {
  const { bitrateKbps, bitrateRestartPauseS } = video;
  if (bitrateRestartPauseS === undefined) return create(video);
  return new RestartingSource({
    create: (changedKbps) => create({ ...video, bitrateKbps: changedKbps }),
    bitrateKbps,
    pauseMs: bitrateRestartPauseS * MILLISECONDS_PER_SECOND,
    clock,
    logger,
  });
}

/** `rpicam` is camera 0, `rpicam:1` the second one. */
function cameraNumber(spec: string, kind: string): number | undefined {
  if (spec === kind) return 0;
  const number = spec.startsWith(`${kind}:`) ? spec.slice(kind.length + 1) : '';
  return /^\d$/.test(number) ? Number(number) : undefined;
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

/** Without the name and password of a URL that is written wrong. */
function quoted(text: string): string {
  return JSON.stringify(text.replace(/\/\/.*@/, '//…@').slice(0, 200));
}
