import { orientationOf } from '../../contract/camera-controls.ts';
import type { Logger } from '../../foundation/logger.ts';
import { ByteStreamReader } from './byte-stream-reader.ts';
import type { CaptureCommand } from './capture-process.ts';
import type { Clock } from './clock.ts';
import { FFMPEG_MISSING, ffmpegCapture } from './ffmpeg.ts';
import { FallbackSource } from './fallback-source.ts';
import { FlvReader } from './flv-reader.ts';
import { PreparedSource } from './prepared-source.ts';
import { ProcessSource } from './process-source.ts';
import type { Source, VideoSettings } from './source.ts';
import { hasHardwareEncoder } from './v4l2-devices.ts';
import { explainV4l2Failure } from './v4l2-failures.ts';
import type { V4l2Spec } from './v4l2-spec.ts';

/** A USB camera, encoded by ffmpeg: with the encoder of a Pi 4 where there is one, else with x264. */
export function createV4l2Source(
  spec: V4l2Spec,
  video: VideoSettings,
  clock: Clock,
  logger: Logger,
  findHardwareEncoder: () => Promise<boolean> = hasHardwareEncoder,
): Source {
  const software = () =>
    new ProcessSource({
      description: `USB camera ${spec.device}`,
      command: softwareCommand(spec, video),
      createReader: () => new FlvReader(),
      clock,
      logger,
    });
  if (spec.encoder === 'software') return software();
  const hardware = () =>
    new ProcessSource({
      description: `USB camera ${spec.device} on the hardware encoder`,
      command: hardwareCommand(spec, video),
      createReader: () => new ByteStreamReader(video.fps),
      clock,
      logger,
    });
  return new PreparedSource({
    description: `USB camera ${spec.device}`,
    prepare: async () => {
      if (!(await findHardwareEncoder())) return software();
      if (spec.encoder === 'hardware') return hardware();
      return new FallbackSource({ preferred: hardware(), fallback: software(), logger });
    },
    logger,
  });
}

export function softwareCommand(spec: V4l2Spec, video: VideoSettings): CaptureCommand {
  const rate = `${video.bitrateKbps}k`;
  return ffmpegCapture(
    [
      ...input(spec, video),
      ...['-vf', filters(video), '-c:v', 'libx264', '-preset', 'ultrafast'],
      ...['-tune', 'zerolatency', '-profile:v', 'baseline', '-x264-params', 'threads=1:sliced-threads=0'],
      ...['-g', gopPictures(video), '-b:v', rate, '-maxrate', rate],
      ...['-bufsize', `${Math.round(video.bitrateKbps / 2)}k`],
    ],
    (lastWords) => explainV4l2Failure(lastWords, spec.device),
  );
}

/** Its pictures have no parameter sets apart, so that they do not fit in FLV: a byte stream it is. */
export function hardwareCommand(spec: V4l2Spec, video: VideoSettings): CaptureCommand {
  return {
    program: 'ffmpeg',
    args: [
      ...['-hide_banner', '-nostdin', '-loglevel', 'error'],
      ...input(spec, video),
      ...['-vf', filters(video), '-c:v', 'h264_v4l2m2m', '-num_capture_buffers', '16'],
      ...['-g', gopPictures(video), '-b:v', `${video.bitrateKbps}k`],
      ...['-flush_packets', '1', '-f', 'h264', 'pipe:1'],
    ],
    whenMissing: FFMPEG_MISSING,
    explain: (lastWords) => explainV4l2Failure(lastWords, spec.device),
  };
}

function input({ device, format }: V4l2Spec, { width, height, fps }: VideoSettings): string[] {
  return [
    ...['-fflags', 'nobuffer', '-f', 'v4l2', '-input_format', format],
    ...['-video_size', `${width}x${height}`, '-framerate', String(fps), '-i', device, '-an'],
  ];
}

/** Of the controls ffmpeg can do those that turn the picture. */
function filters({ controls = {} }: VideoSettings): string {
  const { horizontal, vertical } = orientationOf(controls);
  const turns = [...(horizontal ? ['hflip'] : []), ...(vertical ? ['vflip'] : [])];
  return ['scale=out_range=tv', 'format=yuv420p', ...turns].join();
}

function gopPictures({ fps, keyframeIntervalS }: VideoSettings): string {
  return String(Math.max(1, Math.round(fps * keyframeIntervalS)));
}
