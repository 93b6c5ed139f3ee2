import type { DeviceStatistics } from '../contract/device-statistics.ts';
import { asCameraError, CameraError } from '../contract/errors.ts';
import type { KnownCamera } from './camera-directory.ts';
import type { CameraRequests } from './camera-requests.ts';

/** What became of asking one camera for its numbers. */
export type StatisticsAnswer =
  | {
      readonly kind: 'answered';
      readonly camera: KnownCamera;
      readonly statistics: DeviceStatistics;
      /** From the request to its reply, by way of the broker. */
      readonly answerMs: number;
    }
  | { readonly kind: 'offline'; readonly camera: KnownCamera }
  | { readonly kind: 'failed'; readonly camera: KnownCamera; readonly error: CameraError };

/** Asks all these cameras at the same time, and waits for none longer than `timeoutMs`. Never rejects. */
export function askForStatistics(
  requests: Pick<CameraRequests, 'request'>,
  cameras: readonly KnownCamera[],
  timeoutMs: number,
): Promise<StatisticsAnswer[]> {
  return Promise.all(cameras.map((camera) => askOne(requests, camera, timeoutMs)));
}

async function askOne(
  requests: Pick<CameraRequests, 'request'>,
  camera: KnownCamera,
  timeoutMs: number,
): Promise<StatisticsAnswer> {
  if (!camera.online) return { kind: 'offline', camera };
  if (camera.info && !camera.info.caps.includes('stats'))
    return { kind: 'failed', camera, error: tooOld(camera) };
  const askedAtMs = performance.now();
  try {
    const statistics = await requests.request(camera.device, 'stats', {}, { timeoutMs, tries: 1 });
    return { kind: 'answered', camera, statistics, answerMs: performance.now() - askedAtMs };
  } catch (error) {
    return { kind: 'failed', camera, error: asCameraError(error) };
  }
}

function tooOld({ device, info }: KnownCamera): CameraError {
  return new CameraError(
    'not_found',
    `Camera "${device}" tells no statistics, as it runs Picam ${info?.sw ?? ''}; install a newer version on it.`,
  );
}
