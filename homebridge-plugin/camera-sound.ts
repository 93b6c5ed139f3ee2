import type { KnownCamera } from '../camera-client/camera-directory.ts';

/** Apple Home takes Opus, and it goes through as it is. */
const CODEC = 'opus';

/** True when the camera says that it has a microphone. */
export function hasSound(camera: KnownCamera | undefined): boolean {
  return camera?.info?.audio?.codec === CODEC;
}

/** True when the camera says that it has a loudspeaker. */
export function hasSpeaker(camera: KnownCamera | undefined): boolean {
  return camera?.info?.speaker?.codec === CODEC;
}

/** True when it has a microphone, and also for a camera for a camera that has not said anything of itself yet. */
export function mayHaveSound(camera: KnownCamera | undefined): boolean {
  return camera?.info === undefined || hasSound(camera);
}
