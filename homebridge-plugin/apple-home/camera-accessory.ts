import { join } from 'node:path';
import type { KnownCamera } from '../../camera-client/camera-directory.ts';
import type { DeviceEvent } from '../../contract/device-messages.ts';
import type { Unsubscribe } from '../../contract/message-bus.ts';
import { openBursts, type Bursts } from '../../foundation/bursts/open-bursts.ts';
import { scoped, type Logger } from '../../foundation/logger.ts';
import { BitrateWishes } from '../bitrate-wishes.ts';
import type { CameraFleet } from '../camera-fleet.ts';
import { CameraPrivacy } from '../camera-privacy.ts';
import { readinessOf, type CameraReadiness } from '../camera-readiness.ts';
import { hasSound, hasSpeaker, mayHaveSound } from '../camera-sound.ts';
import type { CameraSettings } from '../configuration.ts';
import { KeptSettings } from '../kept-settings.ts';
import { placeholderPicture } from '../placeholder-pictures.ts';
import { SnapshotCache } from '../snapshot-cache.ts';
import { AccessoryInformation } from './accessory-information.ts';
import { CameraRecording } from './camera-recording.ts';
import { CameraServices } from './camera-services.ts';
import type { API, PlatformAccessory } from './hap.ts';
import { StreamingDelegate } from './streaming-delegate.ts';

const SNAPSHOT_TIMEOUT_MS = 8_000;
const KEPT_FOLDER = 'picam';

export interface CameraAccessoryOptions {
  readonly api: API;
  readonly accessory: PlatformAccessory;
  readonly settings: CameraSettings;
  readonly fleet: CameraFleet;
  readonly logger: Logger;
}

/** One camera as an accessory of Apple Home: its parts, and what reaches which of them. */
export class CameraAccessory {
  readonly #options: CameraAccessoryOptions;
  readonly #logger: Logger;
  readonly #kept: KeptSettings;
  readonly #privacy: CameraPrivacy;
  readonly #snapshots: SnapshotCache;
  readonly #delegate: StreamingDelegate;
  readonly #services: CameraServices;
  readonly #information: AccessoryInformation;
  readonly #recording: CameraRecording | undefined;
  #hasSound: boolean;
  #isMoving = false;
  #unsubscribe: Unsubscribe[] = [];

  constructor(options: CameraAccessoryOptions) {
    const { api, accessory, settings, fleet } = options;
    const { device } = settings;
    const logger = scoped(options.logger, device);
    this.#options = options;
    this.#logger = logger;
    this.#kept = new KeptSettings(
      join(api.user.storagePath(), KEPT_FOLDER, `${accessory.UUID}.json`),
      logger,
    );
    const camera = fleet.directory.find(device);
    const talks = settings.audio && hasSpeaker(camera);
    this.#hasSound = talks || (settings.audio && mayHaveSound(camera));
    this.#privacy = new CameraPrivacy({
      turn: (isOn) => fleet.turn(device, isOn),
      kept: this.#kept,
      logger,
    });
    this.#snapshots = new SnapshotCache({
      readiness: () => this.#readiness(),
      take: (width) => fleet.snapshots.take(device, { width }, SNAPSHOT_TIMEOUT_MS),
      placeholder: placeholderPicture,
      logger,
    });
    this.#delegate = new StreamingDelegate({
      readiness: () => this.#readiness(),
      hasSound: this.#hasSound,
      openLiveView: (listener) => fleet.openLiveView(device, listener),
      bursts: openHomeBursts(logger),
      snapshots: this.#snapshots,
      snapshotRefusal: (request) => this.#services.snapshotRefusal(request),
      bitrateWishes: new BitrateWishes({ tell: (kbps) => fleet.limitBitrate(device, kbps), logger }),
      forceStop: (sessionId) => this.#services.forceStop(sessionId),
      logger,
    });
    this.#recording = settings.secureVideo
      ? new CameraRecording({
          hap: api.hap,
          controller: () => this.#services.controller,
          // Whoever watches live shares the view: it must not be opened before it is known whether there is sound.
          isReady: () => this.#readiness() === 'ready' && this.#camera?.info !== undefined,
          openView: (listener) => fleet.openLiveView(device, listener),
          logger,
        })
      : undefined;
    this.#services = new CameraServices({
      api,
      accessory,
      settings,
      delegate: this.#delegate,
      privacy: this.#privacy,
      kept: this.#kept,
      hasSound: this.#hasSound,
      talks,
      recording: this.#recording,
      isOnline: () => this.#camera?.online === true,
    });
    this.#information = new AccessoryInformation({ api, accessory, settings, logger });
  }

  /** Adds the camera to the accessory; to be called before the accessory is published. */
  open(): void {
    const { fleet, settings } = this.#options;
    this.#kept.open();
    this.#services.open();
    this.#recording?.open();
    this.#unsubscribe = [
      this.#privacy.onChange(() => this.#show()),
      fleet.events.onEvent(settings.device, (event) => this.#handleEvent(event)),
    ];
    this.update(this.#camera);
  }

  /** Takes over what the camera says of itself. */
  update(camera: KnownCamera | undefined): void {
    this.#information.update(camera);
    this.#privacy.update(camera);
    this.#noticeSound(camera);
    if (camera?.state) this.#setMoving(camera.state.motion);
    this.#show();
  }

  close(reason: string): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#privacy.close();
    this.#delegate.endAll(reason);
    this.#recording?.close();
  }

  get #camera(): KnownCamera | undefined {
    const { fleet, settings } = this.#options;
    return fleet.directory.find(settings.device);
  }

  #readiness(): CameraReadiness {
    return readinessOf(this.#camera, this.#privacy.isOn);
  }

  #show(): void {
    const readiness = this.#readiness();
    if (readiness === 'private') this.#delegate.endAll('the camera has been turned off');
    this.#recording?.refresh();
    this.#services.show(readiness === 'ready', this.#isMoving);
  }

  /** Apple Home learns what a camera can do when it is set up. */
  #noticeSound(camera: KnownCamera | undefined): void {
    if (this.#hasSound || !this.#options.settings.audio || !hasSound(camera)) return;
    this.#hasSound = true;
    this.#logger.info('the camera has a microphone now; restart Homebridge to hear it in the Home app');
  }

  /** An event is told at once, the state at most once a second. */
  #handleEvent({ kind, data }: DeviceEvent): void {
    if (kind === 'motion') {
      this.#setMoving(data['motion'] === true);
      this.#show();
    }
    if (kind === 'button' && this.#services.ring()) {
      this.#logger.info('somebody is at the door');
      this.#snapshots.handleEvent();
    }
  }

  #setMoving(isMoving: boolean): void {
    if (isMoving && !this.#isMoving) this.#snapshots.handleEvent();
    this.#isMoving = isMoving;
  }
}

/** As a list: what the kernel cuts itself gets lost in some networks, and nobody could tell by the Home app. */
function openHomeBursts(logger: Logger): Bursts | undefined {
  return openBursts('list', { ...logger, info: (line) => logger.debug(line) });
}
