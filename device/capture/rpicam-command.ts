import { type CameraControls, orientationOf } from '../../contract/camera-controls.ts';
import type { CaptureCommand } from './capture-process.ts';
import type { RpicamProgram } from './rpicam-program.ts';
import { explainRpicamFailure } from './rpicam-failures.ts';
import type { VideoSettings } from './source.ts';

const BITS_PER_KILOBIT = 1000;
/** The hardware encoder of a Pi can hang below this. */
const LEAST_BITRATE_KBPS = 100;

export const RPICAM_MISSING =
  'rpicam-vid is not installed: sudo apt install rpicam-apps-lite (on a Pi 5 also rpicam-apps-encoder)';

/**
 * One command line for every board. The hardware encoders of older boards ignore the options of x264; on a Pi 5
 * --low-latency, one thread and one slice a picture bring the encoder's delay from 200 ms to 5 ms, and nothing can be
 * written to a pipe without --libav-format.
 */
export function rpicamCommand(program: RpicamProgram, camera: number, video: VideoSettings): CaptureCommand {
  const { width, height, fps, bitrateKbps, keyframeIntervalS } = video;
  const bitsPerSecond = Math.round(Math.max(LEAST_BITRATE_KBPS, bitrateKbps) * BITS_PER_KILOBIT);
  const gopPictures = Math.max(1, Math.round(fps * keyframeIntervalS));
  return {
    program: program.name,
    args: [
      ...['-n', '-t', '0', '--camera', String(camera)],
      ...['--width', String(width), '--height', String(height), '--framerate', String(fps)],
      ...['-b', String(bitsPerSecond), '-g', String(gopPictures), '--profile', 'baseline'],
      ...['--inline', '--flush', ...controlArguments(video.controls ?? {})],
      ...(program.hasLowLatency ? ['--low-latency'] : []),
      ...(program.hasLibav
        ? ['--libav-format', 'h264', '--libav-video-codec-opts', 'threads=1;slices=1']
        : []),
      ...['-o', '-'],
    ],
    whenMissing: RPICAM_MISSING,
    explain: (lastWords) => explainRpicamFailure(lastWords, camera),
  };
}

const SAME_BY_ANOTHER_FLAG = {
  brightness: '--brightness',
  contrast: '--contrast',
  saturation: '--saturation',
  sharpness: '--sharpness',
  awb: '--awb',
} as const satisfies Partial<Record<keyof CameraControls, string>>;

function controlArguments(controls: CameraControls): string[] {
  const { exposure = 'auto', roi, focus } = controls;
  const { horizontal, vertical } = orientationOf(controls);
  return [
    ...Object.entries(SAME_BY_ANOTHER_FLAG).flatMap(([name, flag]) => {
      const value = controls[name as keyof typeof SAME_BY_ANOTHER_FLAG];
      return value === undefined ? [] : [flag, String(value)];
    }),
    ...(exposure === 'auto' ? [] : ['--shutter', String(exposure)]),
    ...(roi ? ['--roi', [roi.x, roi.y, roi.width, roi.height].join(',')] : []),
    ...focusArguments(focus),
    ...(horizontal ? ['--hflip'] : []),
    ...(vertical ? ['--vflip'] : []),
  ];
}

function focusArguments(focus: CameraControls['focus']): string[] {
  if (focus === undefined) return [];
  if (focus === 'continuous') return ['--autofocus-mode', focus];
  return ['--autofocus-mode', 'manual', '--lens-position', String(focus)];
}
