import { mkdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { CameraError } from '../../contract/errors.ts';
import { askBroker } from '../../foundation/ask-broker.ts';
import type { Clock } from '../../foundation/clock.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { OWNER_ONLY_FOLDER } from '../../foundation/owner-only.ts';
import { TimeoutError, withTimeout } from '../../foundation/time-out.ts';
import { deviceIdentity } from '../local-camera/device-identity.ts';
import { LocalCamera } from '../local-camera/local-camera.ts';
import { localBrokerUrl, type LocalCameraSettings } from '../local-camera/local-camera-settings.ts';
import { foundCamera, type FoundCamera } from './found-camera.ts';
import { WatchedBroker } from './watched-broker.ts';

const START_TIMEOUT_MS = 20_000;
const ONLINE_TIMEOUT_MS = 3_000;
const ANY_FREE_PORT = 0;
const TRIAL_FOLDER = 'trial';

export interface LocalTrialOptions {
  /** What the camera keeps when Homebridge runs it. */
  readonly folder: string;
  readonly clock: Clock;
  readonly handleChange: () => void;
}

export interface ShownLocalCamera {
  readonly device: string;
  /** True when Homebridge runs it already, with the settings that were saved last. */
  readonly isSaved: boolean;
}

/**
 * Shows this machine's camera before anything is saved: the one that Homebridge runs already, or one that is started
 * for the page alone, with what stands in the form.
 */
export class LocalTrial {
  readonly #options: LocalTrialOptions;
  #watched: WatchedBroker | undefined;
  #camera: LocalCamera | undefined;
  #folder: string | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  #starts = 0;

  constructor(options: LocalTrialOptions) {
    this.#options = options;
  }

  get watched(): WatchedBroker | undefined {
    return this.#watched;
  }

  get cameras(): readonly FoundCamera[] {
    return (this.#watched?.cameras ?? []).map((camera) => foundCamera('local', camera));
  }

  deviceOf(settings: LocalCameraSettings): string {
    mkdirSync(this.#options.folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
    return settings.device ?? deviceIdentity(this.#options.folder, hostname());
  }

  /** @throws CameraError with the words of a camera that does not start. */
  async show(settings: LocalCameraSettings, prefix: string): Promise<ShownLocalCamera> {
    this.#starts += 1;
    const mine = this.#starts;
    await this.#end();
    try {
      return await this.#show(mine, settings, prefix);
    } catch (error) {
      if (mine === this.#starts) await this.#end();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#starts += 1;
    await this.#end();
  }

  /** The next camera is in the same folder: it may not begin before the last of those before it has gone. */
  async #end(): Promise<void> {
    const [watched, camera, folder] = [this.#watched, this.#camera, this.#folder];
    this.#watched = this.#camera = this.#folder = undefined;
    const end = async () => {
      await watched?.close();
      await camera?.close();
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    };
    this.#ended = Promise.allSettled([this.#ended, end()]);
    await this.#ended;
  }

  /** True when Homebridge runs the camera, so that nobody else may have it. */
  async isRunByHomebridge(settings: LocalCameraSettings, prefix: string): Promise<boolean> {
    const watched = await this.#watchSaved(settings, this.deviceOf(settings), prefix);
    await watched?.close();
    return watched !== undefined;
  }

  async #show(mine: number, settings: LocalCameraSettings, prefix: string): Promise<ShownLocalCamera> {
    const device = this.deviceOf(settings);
    const saved = await this.#watchSaved(settings, device, prefix);
    if (saved) {
      this.#take(mine, saved);
      return { device, isSaved: true };
    }
    if (mine !== this.#starts) throw overtaken();
    const brokerUrl = await this.#start({ ...settings, device }, prefix);
    const watched = this.#watch(brokerUrl, prefix);
    this.#take(mine, watched);
    if (await watched.hasWithin(ONLINE_TIMEOUT_MS, (camera) => camera.device === device && camera.online))
      return { device, isSaved: false };
    throw new CameraError('timeout', 'The camera was started, but it does not answer.');
  }

  async #watchSaved(
    { port }: LocalCameraSettings,
    device: string,
    prefix: string,
  ): Promise<WatchedBroker | undefined> {
    const url = localBrokerUrl(port);
    if ((await askBroker({ url })).kind !== 'logged-in') return undefined;
    const watched = this.#watch(url, prefix);
    const isThere = await watched.hasWithin(
      ONLINE_TIMEOUT_MS,
      (camera) => camera.device === device && camera.online,
    );
    if (isThere) return watched;
    await watched.close();
    return undefined;
  }

  async #start(settings: LocalCameraSettings, prefix: string): Promise<string> {
    const { clock } = this.#options;
    const folder = join(this.#options.folder, TRIAL_FOLDER);
    this.#folder = folder;
    const ready = new Promise<string>((resolve, reject) => {
      const camera = new LocalCamera({
        settings: { ...settings, port: ANY_FREE_PORT },
        prefix,
        folder,
        clock,
        // What goes wrong is told in the page.
        logger: silentLogger,
        handleReady: resolve,
        handleProblem: (words) => reject(new CameraError('not_live', words)),
      });
      this.#camera = camera;
      camera.open();
    });
    try {
      return await withTimeout(ready, START_TIMEOUT_MS, 'the start of the camera');
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      throw new CameraError('timeout', `The camera did not start within ${START_TIMEOUT_MS / 1000} s.`);
    }
  }

  #watch(url: string, prefix: string): WatchedBroker {
    const { handleChange } = this.#options;
    const watched = new WatchedBroker({ broker: { url }, prefix, handleChange });
    watched.open();
    return watched;
  }

  /** @throws CameraError when another start has overtaken this one. */
  #take(mine: number, watched: WatchedBroker): void {
    if (mine === this.#starts) {
      this.#watched = watched;
      this.#options.handleChange();
      return;
    }
    void watched.close();
    throw overtaken();
  }
}

function overtaken(): CameraError {
  return new CameraError('busy', 'The camera is being started with other settings.');
}
