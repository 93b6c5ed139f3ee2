import type { HAP, Service } from './hap.ts';

/** The motion sensor of a camera, which starts notifications and recordings. */
export class MotionSensor {
  readonly #hap: HAP;
  readonly #service: Service;

  constructor(hap: HAP, service: Service) {
    this.#hap = hap;
    this.#service = service;
  }

  /** @param isWatching false while the camera is away or turned off: then nothing moves. */
  update(isWatching: boolean, isMoving: boolean): void {
    const { MotionDetected, StatusActive } = this.#hap.Characteristic;
    this.#service
      .updateCharacteristic(StatusActive, isWatching)
      .updateCharacteristic(MotionDetected, isWatching && isMoving);
  }
}
