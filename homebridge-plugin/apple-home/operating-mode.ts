import type { CameraPrivacy } from '../camera-privacy.ts';
import type { KeptSettings } from '../kept-settings.ts';
import {
  CHARACTERISTIC_CHANGE,
  INSUFFICIENT_PRIVILEGES,
  NOT_ALLOWED_IN_CURRENT_STATE,
  REQUESTED_FOR_EVENT,
  WRITE_ACCESS,
  type HAP,
  type HAPStatus,
  type Service,
  type SnapshotRequest,
} from './hap.ts';

export interface OperatingModeOptions {
  readonly hap: HAP;
  readonly service: Service;
  /** HAP-NodeJS owns the service, with Secure Video: it then keeps the permissions of snapshots and enforces them. */
  readonly isOfRecording: boolean;
  readonly showsManuallyDisabled: boolean;
  readonly privacy: CameraPrivacy;
  readonly kept: KeptSettings;
}

/**
 * Off, streaming, snapshots: what Apple Home may do with the camera. "HomeKit Camera Active" is the camera's `enabled`,
 * both ways. Night vision and a status light have nothing behind them on a Pi and are left out.
 */
export class OperatingMode {
  readonly #options: OperatingModeOptions;

  constructor(options: OperatingModeOptions) {
    this.#options = options;
  }

  open(): void {
    const { hap, service, isOfRecording, privacy } = this.#options;
    const { HomeKitCameraActive, EventSnapshotsActive, PeriodicSnapshotsActive } = hap.Characteristic;
    service
      .getCharacteristic(HomeKitCameraActive)
      .setProps({ adminOnlyAccess: [WRITE_ACCESS] })
      .onGet(() => (privacy.isOn ? 1 : 0))
      .onSet((value) => privacy.wish(isYes(value)))
      // HAP-NodeJS brings back what it had stored, which may be older than the camera's word.
      .on(CHARACTERISTIC_CHANGE, ({ originator, newValue }) => {
        if (!originator && isYes(newValue) !== privacy.isOn) queueMicrotask(() => this.update());
      });
    if (!isOfRecording) {
      this.#keep(EventSnapshotsActive, 'eventSnapshots');
      this.#keep(PeriodicSnapshotsActive, 'periodicSnapshots');
    }
    this.update();
  }

  update(): void {
    const { hap, service, privacy, showsManuallyDisabled } = this.#options;
    const { HomeKitCameraActive, ManuallyDisabled } = hap.Characteristic;
    service
      .updateCharacteristic(HomeKitCameraActive, privacy.isOn ? 1 : 0)
      .updateCharacteristic(ManuallyDisabled, showsManuallyDisabled && privacy.isOffElsewhere);
  }

  /** Why a snapshot must not be given, as HAP says it; as HAP-NodeJS itself does with Secure Video. */
  snapshotRefusal({ reason }: SnapshotRequest): HAPStatus | undefined {
    const { isOfRecording, kept } = this.#options;
    const { eventSnapshots, periodicSnapshots } = kept.now;
    if (isOfRecording || (eventSnapshots && periodicSnapshots)) return undefined;
    if (reason === undefined) return INSUFFICIENT_PRIVILEGES;
    const isAllowed = reason === REQUESTED_FOR_EVENT ? eventSnapshots : periodicSnapshots;
    return isAllowed ? undefined : NOT_ALLOWED_IN_CURRENT_STATE;
  }

  #keep(type: PermissionType, name: 'eventSnapshots' | 'periodicSnapshots'): void {
    const { service, kept } = this.#options;
    service
      .getCharacteristic(type)
      .setProps({ adminOnlyAccess: [WRITE_ACCESS] })
      .onGet(() => (kept.now[name] ? 1 : 0))
      .onSet((value) => kept.change({ [name]: isYes(value) }));
    service.updateCharacteristic(type, kept.now[name] ? 1 : 0);
  }
}

type PermissionType = HAP['Characteristic']['EventSnapshotsActive' | 'PeriodicSnapshotsActive'];

/** HomeKit writes booleans as numbers and as booleans. */
function isYes(value: unknown): boolean {
  return value === true || value === 1;
}
