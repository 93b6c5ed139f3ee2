import type { KnownCamera } from '../camera-client/camera-directory.ts';

/** Apple Home takes Opus, and it goes through as it is. */
const CODEC = 'opus';

/** True when the camera says that it has a microphone. */
export function hasSound(camera: KnownCamera | undefined): boolean {
  return camera?.info?.audio?.codec === CODEC;
}

/** The same, but also true for a camera that has not said anything of itself yet. */
export function mayHaveSound(camera: KnownCamera | undefined): boolean {
  return camera?.info === undefined || hasSound(camera);
}
