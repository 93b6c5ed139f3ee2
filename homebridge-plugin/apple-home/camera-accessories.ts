import type { KnownCamera } from '../../camera-client/camera-directory.ts';
import type { Unsubscribe } from '../../contract/message-bus.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';
import type { CameraFleet } from '../camera-fleet.ts';
import { settingsOf, type CameraSettings, type Configuration } from '../configuration.ts';
import { identityOfCamera } from '../pairing/accessory-identity.ts';
import { accessoryName } from './accessory-name.ts';
import { CameraAccessory } from './camera-accessory.ts';
import { IP_CAMERA_CATEGORY, VIDEO_DOORBELL_CATEGORY, type API, type PlatformAccessory } from './hap.ts';
import { PLATFORM_NAME, PLUGIN_NAME } from './names.ts';

/** Whoever may write to the broker can invent cameras, and each costs a server and a place in the Home app. */
const MOST_FOUND_CAMERAS = 50;

export interface CameraAccessoriesOptions {
  readonly api: API;
  readonly configuration: Configuration;
  readonly fleet: CameraFleet;
  readonly logger: Logger;
  /** What Homebridge kept of the bridged accessories of its last run. */
  readonly restored: readonly PlatformAccessory[];
}

/** Which cameras are in Apple Home, and how: on the bridge, or each as an accessory of its own. */
export class CameraAccessories {
  readonly #options: CameraAccessoriesOptions;
  readonly #cameras = new Map<string, CameraAccessory>();
  readonly #bridged = new Map<string, PlatformAccessory>();
  #hasWarned = false;
  #unsubscribe: Unsubscribe | undefined;

  constructor(options: CameraAccessoriesOptions) {
    this.#options = options;
  }

  open(): void {
    const { configuration, fleet } = this.#options;
    this.#takeOverRestored();
    for (const { device } of configuration.cameras) this.#guard(() => this.#add(device, undefined));
    this.#unsubscribe = fleet.directory.onChange((camera) => this.#guard(() => this.#handle(camera)));
  }

  close(): void {
    this.#unsubscribe?.();
    for (const camera of this.#cameras.values()) this.#guard(() => camera.close('Homebridge is closing'));
  }

  /** Accessories that are still wanted come back at once, found or not; the others go. */
  #takeOverRestored(): void {
    for (const accessory of this.#options.restored) {
      const device = this.#wantedDevice(accessory);
      if (device === undefined) {
        this.#unregister(accessory);
        continue;
      }
      this.#bridged.set(accessory.UUID, accessory);
      this.#guard(() => this.#add(device, undefined));
    }
  }

  #wantedDevice(accessory: PlatformAccessory): string | undefined {
    const { configuration } = this.#options;
    const { device } = accessory.context as { readonly device?: unknown };
    if (typeof device !== 'string' || this.#uuidOf(device) !== accessory.UUID) return undefined;
    const isWanted =
      configuration.discover || configuration.cameras.some((camera) => camera.device === device);
    return isWanted && settingsOf(configuration, device).bridged ? device : undefined;
  }

  #handle(camera: KnownCamera): void {
    const known = this.#cameras.get(camera.device);
    if (known) known.update(camera);
    else if (camera.info && this.#options.configuration.discover)
      this.#addFound(camera.device, camera.info.name);
  }

  #addFound(device: string, name: string): void {
    if (this.#countFound() < MOST_FOUND_CAMERAS) {
      this.#add(device, name);
      return;
    }
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#options.logger.warn(
      `${MOST_FOUND_CAMERAS} cameras were found and no more are added by themselves, so "${device}" is not in Apple Home; to have more, list them under "cameras" in the configuration, each as {"device": "its id"}`,
    );
  }

  #countFound(): number {
    const listed = new Set(this.#options.configuration.cameras.map(({ device }) => device));
    return [...this.#cameras.keys()].filter((device) => !listed.has(device)).length;
  }

  #add(device: string, foundName: string | undefined): void {
    if (this.#cameras.has(device)) return;
    const { api, configuration, fleet, logger } = this.#options;
    const settings = settingsOf(configuration, device);
    const uuid = this.#uuidOf(device);
    const restored = this.#bridged.get(uuid);
    const name = accessoryName(settings.name ?? foundName, device);
    const category = settings.doorbell ? VIDEO_DOORBELL_CATEGORY : IP_CAMERA_CATEGORY;
    const accessory = restored ?? new api.platformAccessory(name, uuid, category);
    accessory.context = { device };
    const camera = new CameraAccessory({ api, accessory, settings, fleet, logger });
    camera.open();
    this.#cameras.set(device, camera);
    if (!restored) this.#publish(settings, accessory);
  }

  #publish({ device, bridged }: CameraSettings, accessory: PlatformAccessory): void {
    const { api, logger } = this.#options;
    const how = bridged
      ? 'on the bridge'
      : 'as an accessory of its own: add it in the Home app by its setup code';
    logger.info(`camera "${device}" is in Apple Home as "${accessory.displayName}", ${how}`);
    if (!bridged) {
      api.publishExternalAccessories(PLUGIN_NAME, [accessory]);
      return;
    }
    this.#bridged.set(accessory.UUID, accessory);
    api.registerPlatformAccessories(PLUGIN_NAME, PLATFORM_NAME, [accessory]);
  }

  #unregister(accessory: PlatformAccessory): void {
    this.#options.logger.info(`"${accessory.displayName}" is no longer wanted on the bridge and is removed`);
    this.#options.api.unregisterPlatformAccessories(PLUGIN_NAME, PLATFORM_NAME, [accessory]);
  }

  /** Stable for as long as the camera keeps its id: pairings and automations hang on it. */
  #uuidOf(device: string): string {
    return this.#options.api.hap.uuid.generate(identityOfCamera(this.#options.configuration.prefix, device));
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.logger.error(`a camera of Apple Home failed: ${describeError(error)}`);
    }
  }
}
