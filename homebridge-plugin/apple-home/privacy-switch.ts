import type { CameraPrivacy } from '../camera-privacy.ts';
import type { HAP, Service } from './hap.ts';

export interface PrivacySwitchOptions {
  readonly hap: HAP;
  readonly service: Service;
  readonly name: string;
  readonly privacy: CameraPrivacy;
}

/** A switch for scenes, automations and Siri: on, and the camera sees nothing. */
export class PrivacySwitch {
  readonly #options: PrivacySwitchOptions;

  constructor(options: PrivacySwitchOptions) {
    this.#options = options;
  }

  open(): void {
    const { hap, service, name, privacy } = this.#options;
    const { ConfiguredName, On } = hap.Characteristic;
    if (!service.testCharacteristic(ConfiguredName)) {
      service.addOptionalCharacteristic(ConfiguredName);
      service.setCharacteristic(ConfiguredName, name);
    }
    service
      .getCharacteristic(On)
      .onGet(() => !privacy.isOn)
      .onSet((isPrivate) => privacy.wish(isPrivate !== true));
    this.update();
  }

  update(): void {
    const { hap, service, privacy } = this.#options;
    service.updateCharacteristic(hap.Characteristic.On, !privacy.isOn);
  }
}
