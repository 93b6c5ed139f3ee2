import { join } from 'node:path';
import type { API, DynamicPlatformPlugin, Logging, PlatformAccessory, PlatformConfig } from 'homebridge';
import type { BrokerSettings } from '../../foundation/broker-settings.ts';
import { systemClock } from '../../foundation/clock.ts';
import { describeError, scoped, type Logger } from '../../foundation/logger.ts';
import { CameraFleet } from '../camera-fleet.ts';
import { readConfiguration, type Configuration } from '../configuration.ts';
import { LOCAL_CAMERA_FOLDER } from '../local-camera/folder-name.ts';
import { LocalCamera } from '../local-camera/local-camera.ts';
import { CameraAccessories } from './camera-accessories.ts';
import { homebridgeLogger } from './homebridge-logger.ts';

/** What Homebridge starts for the plugin's block in config.json. Whatever goes wrong here stays here, with a line in the log. */
export class PicamPlatform implements DynamicPlatformPlugin {
  readonly #api: API;
  readonly #log: Logging;
  readonly #config: PlatformConfig;
  readonly #restored: PlatformAccessory[] = [];
  #accessories: CameraAccessories | undefined;
  #fleet: CameraFleet | undefined;
  #localCamera: LocalCamera | undefined;

  constructor(log: Logging, config: PlatformConfig, api: API) {
    this.#api = api;
    this.#log = log;
    this.#config = config;
    api.on('didFinishLaunching', () => this.#start());
    api.on('shutdown', () => void this.#stop());
  }

  /** Homebridge hands over the bridged accessories of its last run before it has finished launching. */
  configureAccessory(accessory: PlatformAccessory): void {
    this.#restored.push(accessory);
  }

  #start(): void {
    const read = readConfiguration(this.#config);
    if (!read.ok) {
      this.#log.error('The configuration has mistakes, so no camera is shown until they are mended:');
      for (const problem of read.problems) this.#log.error(`- ${problem}`);
      return;
    }
    for (const warning of read.warnings) this.#log.warn(warning);
    const logger = homebridgeLogger(this.#log, read.configuration.debug);
    try {
      this.#open(read.configuration, read.brokers, logger);
    } catch (error) {
      logger.error(`Picam could not start: ${describeError(error)}`);
    }
  }

  #open(configuration: Configuration, brokers: readonly BrokerSettings[], logger: Logger): void {
    const localCamera = this.#newLocalCamera(configuration, logger);
    const fleet = new CameraFleet({
      configuration,
      brokers,
      localBrokerUrl: localCamera?.brokerUrl,
      logger,
    });
    this.#localCamera = localCamera;
    this.#fleet = fleet;
    this.#accessories = new CameraAccessories({
      api: this.#api,
      configuration,
      fleet,
      logger,
      restored: this.#restored,
    });
    fleet.open();
    this.#accessories.open();
    localCamera?.open();
  }

  #newLocalCamera({ localCamera: settings, prefix }: Configuration, logger: Logger): LocalCamera | undefined {
    if (!settings.enabled) return undefined;
    return new LocalCamera({
      settings,
      prefix,
      folder: join(this.#api.user.storagePath(), LOCAL_CAMERA_FOLDER),
      clock: systemClock,
      logger: scoped(logger, 'local camera'),
      handleReady: () => this.#fleet?.reachLocalCamera(),
    });
  }

  async #stop(): Promise<void> {
    try {
      this.#accessories?.close();
      await Promise.all([this.#fleet?.close(), this.#localCamera?.close()]);
    } catch (error) {
      this.#log.debug(`Picam did not stop cleanly: ${describeError(error)}`);
    }
  }
}
