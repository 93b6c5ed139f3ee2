import type { LiveView, LiveViewListener } from '../../camera-client/live-view.ts';
import { systemClock } from '../../foundation/clock.ts';
import type { Logger } from '../../foundation/logger.ts';
import { SecureVideo } from '../recording/secure-video.ts';
import {
  CHARACTERISTIC_CHANGE,
  type CameraController,
  type CameraControllerOptions,
  type HAP,
} from './hap.ts';
import { RecordingDelegate } from './recording-delegate.ts';
import { RECORDING_OPTIONS } from './recording-options.ts';
import { StalledHubs } from './stalled-hubs.ts';

export interface CameraRecordingSetting {
  readonly hap: HAP;
  /** Exists by the time anything is asked. */
  readonly controller: () => CameraController;
  readonly isReady: () => boolean;
  readonly openView: (listener: LiveViewListener) => LiveView;
  readonly logger: Logger;
}

/** HomeKit Secure Video of one camera: the recordings, and the switches of Apple Home that they depend on. */
export class CameraRecording {
  readonly #options: CameraRecordingSetting;
  readonly #secureVideo: SecureVideo;
  readonly #stalledHubs: StalledHubs;

  constructor(options: CameraRecordingSetting) {
    const { isReady, openView, logger } = options;
    this.#options = options;
    this.#stalledHubs = new StalledHubs(logger);
    this.#secureVideo = new SecureVideo({
      isReady: () => isReady() && this.#isCameraActive(),
      openView,
      clock: systemClock,
      logger,
    });
  }

  /** What the controller has to be told. */
  get controllerOptions(): NonNullable<CameraControllerOptions['recording']> {
    const { hap, logger } = this.#options;
    const delegate = new RecordingDelegate({
      hap,
      secureVideo: this.#secureVideo,
      isSoundWanted: () => this.#isSoundWanted(),
      stalledHubs: this.#stalledHubs,
      logger,
    });
    return { options: RECORDING_OPTIONS, delegate };
  }

  /** To be called when the controller has its services. */
  open(): void {
    const { hap, controller } = this.#options;
    const { recordingManagement } = controller();
    if (!recordingManagement) return;
    recordingManagement.operatingModeService
      .getCharacteristic(hap.Characteristic.HomeKitCameraActive)
      .on(CHARACTERISTIC_CHANGE, () => this.refresh());
    recordingManagement.recordingManagementService
      .getCharacteristic(hap.Characteristic.RecordingAudioActive)
      .on(CHARACTERISTIC_CHANGE, () => this.#secureVideo.setSoundWanted(this.#isSoundWanted()));
    this.#secureVideo.setSoundWanted(this.#isSoundWanted());
    this.#stalledHubs.watch(recordingManagement.dataStreamManagement);
  }

  /** To be called when the camera may have become ready, or not to be. */
  refresh(): void {
    this.#secureVideo.refresh();
  }

  close(): void {
    this.#secureVideo.close();
  }

  #isCameraActive(): boolean {
    const { hap, controller } = this.#options;
    const service = controller().recordingManagement?.operatingModeService;
    return Boolean(service?.getCharacteristic(hap.Characteristic.HomeKitCameraActive).value);
  }

  #isSoundWanted(): boolean {
    const { hap, controller } = this.#options;
    const service = controller().recordingManagement?.recordingManagementService;
    return Boolean(service?.getCharacteristic(hap.Characteristic.RecordingAudioActive).value);
  }
}
