import { fileURLToPath } from 'node:url';
import { type CameraControls, orientationOf } from '../../../contract/camera-controls.ts';
import type { CaptureCommand } from '../capture-process.ts';
import { SourceError } from '../source-error.ts';
import type { VideoSettings } from '../source.ts';

/** The Python that Debian's packages are for; another one in PATH would not find Picamera2. */
export const SYSTEM_PYTHON = '/usr/bin/python3';
const HELPER = fileURLToPath(new URL('./picamera2_helper.py', import.meta.url));
/** Not a word into the folder of the installed package. */
export const HELPER_ARGS: readonly string[] = ['-B', HELPER];

export const INSTALL_PICAMERA2 = 'sudo apt install python3-picamera2 --no-install-recommends';

const MEANINGS: Readonly<Record<string, (camera: number) => string>> = {
  'not-installed': () => `Picamera2 is not installed, or not whole: ${INSTALL_PICAMERA2}`,
  'no-camera': (camera) =>
    `camera ${camera} was not found; switch the Pi off, check both ends of the ribbon cable, then look at "rpicam-hello --list-cameras".`,
  busy: (camera) =>
    `camera ${camera} is used by another program; end that one: "fuser -v /dev/media*" names it, and every second copy of Picam counts.`,
  'no-memory': (camera) =>
    `camera ${camera} gets no memory for its pictures; choose a smaller video.width and video.height, or end other programs.`,
};

export function helperCommand(camera: number, video: VideoSettings): CaptureCommand {
  const { controls = {} } = video;
  const settings = { camera, ...video, controls: helperControls(controls, controls) };
  return {
    program: SYSTEM_PYTHON,
    args: [...HELPER_ARGS, JSON.stringify(settings)],
    whenMissing: `Python is not installed: ${INSTALL_PICAMERA2}`,
    explain: (lastWords) => explainHelperFailure(lastWords, camera),
  };
}

/**
 * As the helper wants them: its flip says all of how the picture is turned.
 *
 * @param all what will be in force, beside what has changed.
 */
export function helperControls(
  { flip, rotation, ...others }: CameraControls,
  all: CameraControls,
): CameraControls {
  const isTurned = flip !== undefined || rotation !== undefined;
  return isTurned ? { ...others, flip: orientationOf(all) } : others;
}

/** Words with the next step for the helper's last line; undefined when it said none. */
export function explainHelperFailure(lastWords: string, camera: number): SourceError | undefined {
  if (/frontend has timed out/i.test(lastWords)) {
    return new SourceError(
      `camera ${camera} sends no pictures (its front end timed out); the ribbon cable is loose or damaged, or the power supply too weak: reseat both ends with the Pi switched off.`,
    );
  }
  const [, reason = '', detail = ''] = /picam-failure ([a-z-]+): (.*)/.exec(lastWords) ?? [];
  if (reason === '') return undefined;
  const meaning = MEANINGS[reason]?.(camera) ?? `camera ${camera} failed in Picamera2`;
  return new SourceError(`${meaning} (${detail})`);
}
