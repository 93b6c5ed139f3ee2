import type { KnownCamera } from '../camera-client/camera-directory.ts';

/** What may be asked of a camera now; `private`: its owner has turned it off. */
export type CameraReadiness = 'ready' | 'offline' | 'private';

/** @param isOn what holds of the camera's switch, when more is known than the camera's own state tells. */
export function readinessOf(
  camera: KnownCamera | undefined,
  isOn = camera?.state?.enabled ?? true,
): CameraReadiness {
  if (camera?.online !== true) return 'offline';
  return isOn ? 'ready' : 'private';
}
