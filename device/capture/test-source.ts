import type { Logger } from '../../foundation/logger.ts';
import type { Clock } from './clock.ts';
import { ffmpegCapture } from './ffmpeg.ts';
import { FlvReader } from './flv-reader.ts';
import { ProcessSource } from './process-source.ts';
import type { Source, VideoSettings } from './source.ts';

/** A moving picture with a large clock that changes with every frame; drawn and encoded by ffmpeg in real time. */
export function createTestSource(video: VideoSettings, clock: Clock, logger: Logger): Source {
  return new ProcessSource({
    description: 'the test picture',
    command: ffmpegCapture([
      ...['-re', '-f', 'lavfi', '-i', testPicture(video)],
      ...['-an', ...encoderFor(video)],
    ]),
    createReader: () => new FlvReader(),
    clock,
    logger,
  });
}

/** Where testsrc2 draws its clock with a font of its own, so that no font need be installed. */
const CLOCK = { x: 2, y: 2, width: 100, height: 16 };
const CLOCK_SHARE_OF_WIDTH = 0.6;

/** The picture's own small clock, a second time and large in the middle. */
function testPicture({ width, height, fps }: VideoSettings): string {
  const picture = `testsrc2=size=${width}x${height}:rate=${fps}`;
  const factor = Math.floor((width * CLOCK_SHARE_OF_WIDTH) / CLOCK.width);
  if (factor < 2) return picture;
  return [
    `${picture},split[picture][corner]`,
    `[corner]crop=${CLOCK.width}:${CLOCK.height}:${CLOCK.x}:${CLOCK.y},scale=iw*${factor}:-1:flags=neighbor[clock]`,
    '[picture][clock]overlay=(W-w)/2:(H-h)/2',
  ].join(';');
}

/** Constrained Baseline, one picture in and one out at once; the buffer model keeps key frames from flooding Wi-Fi. */
function encoderFor({ fps, bitrateKbps, keyframeIntervalS }: VideoSettings): string[] {
  const gop = String(Math.max(1, Math.round(fps * keyframeIntervalS)));
  return [
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline'],
    ...['-pix_fmt', 'yuv420p', '-threads', '1', '-bf', '0'],
    ...['-g', gop, '-keyint_min', gop, '-sc_threshold', '0'],
    ...[
      '-b:v',
      `${bitrateKbps}k`,
      '-maxrate',
      `${bitrateKbps}k`,
      '-bufsize',
      `${Math.round(bitrateKbps / 2)}k`,
    ],
  ];
}
