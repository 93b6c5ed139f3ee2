import type { KnownCamera } from '../../camera-client/camera-directory.ts';
import type { Logger } from '../../foundation/logger.ts';
import type { CameraSettings } from '../configuration.ts';
import { accessoryName } from './accessory-name.ts';
import type { API, PlatformAccessory } from './hap.ts';

const MANUFACTURER = 'Picam';
const DEFAULT_MODEL = 'Camera';
const SHORTEST_MODEL = 2;
const LONGEST_MODEL = 64;

export interface AccessoryInformationOptions {
  readonly api: API;
  readonly accessory: PlatformAccessory;
  readonly settings: CameraSettings;
  readonly logger: Logger;
}

/** Name, model and version of a camera in Apple Home, as the camera tells them. */
export class AccessoryInformation {
  readonly #options: AccessoryInformationOptions;

  constructor(options: AccessoryInformationOptions) {
    this.#options = options;
  }

  update(camera: KnownCamera | undefined): void {
    const { api, accessory, settings } = this.#options;
    const { Characteristic, Service } = api.hap;
    this.#rename(camera?.info?.name);
    accessory
      .getService(Service.AccessoryInformation)
      ?.setCharacteristic(Characteristic.Manufacturer, MANUFACTURER)
      .setCharacteristic(Characteristic.Model, modelName(camera?.info?.model))
      .setCharacteristic(Characteristic.SerialNumber, settings.device.padStart(2, '0'))
      .setCharacteristic(Characteristic.FirmwareRevision, firmwareRevision(camera?.info?.sw));
  }

  /** A name that the user gave in the configuration stays. Apple Home keeps the one that was given there. */
  #rename(told: string | undefined): void {
    const { api, accessory, settings, logger } = this.#options;
    if (told === undefined || settings.name !== undefined) return;
    const name = accessoryName(told, settings.device);
    if (name === accessory.displayName) return;
    logger.info(`"${accessory.displayName}" is now called "${name}"`);
    accessory.updateDisplayName(name);
    accessory
      .getService(api.hap.Service.AccessoryInformation)
      ?.setCharacteristic(api.hap.Characteristic.Name, name);
    if (settings.bridged) api.updatePlatformAccessories([accessory]);
  }
}

/** HAP takes 2 to 64 characters. */
function modelName(model = ''): string {
  const name = model.trim().slice(0, LONGEST_MODEL);
  return name.length < SHORTEST_MODEL ? DEFAULT_MODEL : name;
}

/** HAP takes digits only: major.minor.revision. */
function firmwareRevision(software: string | undefined): string {
  return /\d+(?:\.\d+){0,2}/u.exec(software ?? '')?.[0] ?? '0.0.0';
}
