import type { KnownCamera } from '../../camera-client/camera-directory.ts';
import { readinessOf, type CameraReadiness } from '../camera-readiness.ts';

/** Which of the two connections of the page leads to a camera. */
export type Place = 'broker' | 'local';

/** A camera as the page shows it. */
export interface FoundCamera {
  readonly place: Place;
  readonly device: string;
  readonly name: string;
  readonly readiness: CameraReadiness;
  /** Why it gives no pictures, in its own words. */
  readonly failure?: string;
}

export function foundCamera(place: Place, camera: KnownCamera): FoundCamera {
  const { device, info, state } = camera;
  return {
    place,
    device,
    name: info?.name ?? device,
    readiness: readinessOf(camera),
    ...(state?.error && { failure: state.error.message }),
  };
}
