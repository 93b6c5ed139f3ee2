import type { CameraPrivacy } from '../camera-privacy.ts';
import type { CameraSettings } from '../configuration.ts';
import type { KeptSettings } from '../kept-settings.ts';
import type { CameraRecording } from './camera-recording.ts';
import {
  SERVICE_COMMUNICATION_FAILURE,
  type API,
  type CameraController,
  type CameraControllerOptions,
  type CameraStreamingDelegate,
  type DoorbellController,
  type HAPStatus,
  type PlatformAccessory,
  type Service,
  type SnapshotRequest,
} from './hap.ts';
import { MotionSensor } from './motion-sensor.ts';
import { OperatingMode } from './operating-mode.ts';
import { ownService } from './own-service.ts';
import { PrivacySwitch } from './privacy-switch.ts';
import { streamingOptions } from './streaming-options.ts';

const PRIVACY_NAME = 'Privacy';

export interface CameraServicesOptions {
  readonly api: API;
  readonly accessory: PlatformAccessory;
  readonly settings: CameraSettings;
  readonly delegate: CameraStreamingDelegate;
  readonly privacy: CameraPrivacy;
  readonly kept: KeptSettings;
  /** As Apple Home is to be told. */
  readonly hasSound: boolean;
  /** Whoever watches may talk through the camera. */
  readonly talks: boolean;
  readonly recording: CameraRecording | undefined;
  readonly isOnline: () => boolean;
}

/** The services of a camera in Apple Home: those the configuration wants, beside the streams themselves. */
export class CameraServices {
  readonly #options: CameraServicesOptions;
  #controller: CameraController | undefined;
  #doorbell: DoorbellController | undefined;
  #motion: MotionSensor | undefined;
  #mode: OperatingMode | undefined;
  #switch: PrivacySwitch | undefined;

  constructor(options: CameraServicesOptions) {
    this.#options = options;
  }

  /** @throws Error before `open()`. */
  get controller(): CameraController {
    if (!this.#controller) throw new Error('the camera has no services yet');
    return this.#controller;
  }

  open(): void {
    const { api, accessory, settings, privacy } = this.#options;
    const { hap } = api;
    const { MotionSensor: MotionService, Switch } = hap.Service;
    const motion = ownService(accessory, {
      type: MotionService,
      name: 'Motion',
      isWanted: settings.motionSensor,
    });
    this.#motion = motion && new MotionSensor(hap, motion);
    const controller = this.#createController(motion && { sensors: { motion } });
    // First, because HAP-NodeJS may tell at once what a home hub has chosen for recordings.
    this.#controller = controller;
    accessory.configureController(controller);
    this.#showReachability(controller);
    this.#openMode(controller);
    const wish = { type: Switch, name: PRIVACY_NAME, isWanted: settings.privacySwitch };
    const service = ownService(accessory, wish);
    this.#switch = service && new PrivacySwitch({ hap, service, name: PRIVACY_NAME, privacy });
    this.#switch?.open();
  }

  show(isWatching: boolean, isMoving: boolean): void {
    this.#motion?.update(isWatching, isMoving);
    this.#mode?.update();
    this.#switch?.update();
  }

  /** Whether there is a bell to ring. */
  ring(): boolean {
    this.#doorbell?.ringDoorbell();
    return this.#doorbell !== undefined;
  }

  snapshotRefusal(request: SnapshotRequest): HAPStatus | undefined {
    return this.#mode?.snapshotRefusal(request);
  }

  forceStop(sessionId: string): void {
    this.#controller?.forceStopStreamingSession(sessionId);
  }

  #createController(sensors: Pick<CameraControllerOptions, 'sensors'> | undefined): CameraController {
    const { api, settings, delegate, hasSound, talks, recording } = this.#options;
    const options: CameraControllerOptions = {
      cameraStreamCount: settings.maxStreams,
      delegate,
      streamingOptions: streamingOptions({ hasSound, talks }),
      ...(recording && { recording: recording.controllerOptions }),
      ...sensors,
    };
    if (!settings.doorbell) return new api.hap.CameraController(options);
    this.#doorbell = new api.hap.DoorbellController(options);
    return this.#doorbell;
  }

  /** With Secure Video, HAP-NodeJS brings the service itself. */
  #openMode(controller: CameraController): void {
    const { api, accessory, settings, privacy, kept } = this.#options;
    const ofRecording = controller.recordingManagement?.operatingModeService;
    const own = ownService(accessory, {
      type: api.hap.Service.CameraOperatingMode,
      name: 'Operating mode',
      isWanted: settings.operatingMode && !ofRecording,
    });
    const service: Service | undefined = ofRecording ?? own;
    this.#mode =
      service &&
      new OperatingMode({
        hap: api.hap,
        service,
        isOfRecording: ofRecording !== undefined,
        showsManuallyDisabled: settings.manuallyDisabled,
        privacy,
        kept,
      });
    this.#mode?.open();
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
        if (!this.#options.isOnline()) throw new hap.HapStatusError(SERVICE_COMMUNICATION_FAILURE);
        return status.value;
      });
    }
  }
}
