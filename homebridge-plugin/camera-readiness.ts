import type { KnownCamera } from '../camera-client/camera-directory.ts';

/** What may be asked of a camera now; `private`: its owner has turned it off. */
export type CameraReadiness = 'ready' | 'offline' | 'private';

export function readinessOf(camera: KnownCamera | undefined): CameraReadiness {
  if (camera?.online !== true) return 'offline';
  return camera.state?.enabled === false ? 'private' : 'ready';
}
