import type { KnownCamera } from '../../camera-client/camera-directory.ts';
import { scoped, type Logger } from '../../foundation/logger.ts';
import type { CameraFleet } from '../camera-fleet.ts';
import type { CameraSettings } from '../configuration.ts';
import { readinessOf } from '../camera-readiness.ts';
import { placeholderPicture } from '../placeholder-pictures.ts';
import { SnapshotCache } from '../snapshot-cache.ts';
import {
  SERVICE_COMMUNICATION_FAILURE,
  type API,
  type CameraController,
  type PlatformAccessory,
} from './hap.ts';
import { StreamingDelegate } from './streaming-delegate.ts';
import { STREAMING_OPTIONS } from './streaming-options.ts';

const MANUFACTURER = 'Picam';
const DEFAULT_MODEL = 'Camera';
const SNAPSHOT_TIMEOUT_MS = 8_000;

export interface CameraAccessoryOptions {
  readonly api: API;
  readonly accessory: PlatformAccessory;
  readonly settings: CameraSettings;
  readonly fleet: CameraFleet;
  readonly logger: Logger;
}

/** One camera as an accessory of Apple Home. */
export class CameraAccessory {
  readonly #options: CameraAccessoryOptions;
  readonly #logger: Logger;
  #delegate: StreamingDelegate | undefined;

  constructor(options: CameraAccessoryOptions) {
    this.#options = options;
    this.#logger = scoped(options.logger, options.settings.device);
  }

  /** Adds the camera to the accessory; to be called before the accessory is published. */
  open(): void {
    const { api, accessory, settings, fleet } = this.#options;
    const { device, maxStreams } = settings;
    const readiness = () => readinessOf(fleet.directory.find(device));
    const delegate = new StreamingDelegate({
      readiness,
      openLiveView: (listener) => fleet.openLiveView(device, listener),
      snapshots: new SnapshotCache({
        readiness,
        take: (width) => fleet.snapshots.take(device, { width }, SNAPSHOT_TIMEOUT_MS),
        placeholder: placeholderPicture,
        logger: this.#logger,
      }),
      forceStop: (sessionId) => controller.forceStopStreamingSession(sessionId),
      logger: this.#logger,
    });
    const controller = new api.hap.CameraController({
      cameraStreamCount: maxStreams,
      delegate,
      streamingOptions: STREAMING_OPTIONS,
    });
    accessory.configureController(controller);
    this.#showReachability(controller);
    this.#delegate = delegate;
    this.update(fleet.directory.find(device));
  }

  /** Takes over what the camera says of itself. */
  update(camera: KnownCamera | undefined): void {
    const { api, accessory, settings } = this.#options;
    if (readinessOf(camera) === 'private') this.#delegate?.endAll('the camera has been turned off');
    const { Characteristic, Service } = api.hap;
    const information = accessory.getService(Service.AccessoryInformation);
    if (!information) return;
    information
      .setCharacteristic(Characteristic.Manufacturer, MANUFACTURER)
      .setCharacteristic(Characteristic.Model, camera?.info?.model || DEFAULT_MODEL)
      .setCharacteristic(Characteristic.SerialNumber, settings.device.padStart(2, '0'))
      .setCharacteristic(Characteristic.FirmwareRevision, firmwareRevision(camera?.info?.sw));
  }

  close(reason: string): void {
    this.#delegate?.endAll(reason);
  }

  /**
   * Home has no notion of a camera that is away but a characteristic that cannot be read: the tile then says "No
   * Response". The stream's status is the one that means "can I watch".
   */
  #showReachability(controller: CameraController): void {
    const { hap } = this.#options.api;
    for (const management of controller.streamManagements) {
      const status = management.getService().getCharacteristic(hap.Characteristic.StreamingStatus);
      status.onGet(() => {
        if (!this.#isOnline()) throw new hap.HapStatusError(SERVICE_COMMUNICATION_FAILURE);
        return status.value;
      });
    }
  }

  #isOnline(): boolean {
    const { fleet, settings } = this.#options;
    return fleet.directory.find(settings.device)?.online === true;
  }
}

/** HAP takes digits only: major.minor.revision. */
function firmwareRevision(software: string | undefined): string {
  return /\d+(?:\.\d+){0,2}/u.exec(software ?? '')?.[0] ?? '0.0.0';
}
