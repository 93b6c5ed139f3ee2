import type { CameraDirectory, KnownCamera } from '../../camera-client/camera-directory.ts';
import { CameraError } from '../../contract/errors.ts';
import type { MessageBus, Unsubscribe } from '../../contract/message-bus.ts';

/** How long after connecting a camera that nobody has heard of yet may still introduce itself. */
const INTRODUCTION_MS = 1_500;

export interface CameraFinderOptions {
  readonly bus: MessageBus;
  readonly directory: CameraDirectory;
  readonly now: () => number;
}

/** Turns what a request names into a camera that can be asked something now. */
export class CameraFinder {
  readonly #options: CameraFinderOptions;
  #connectedAtMs = Number.NEGATIVE_INFINITY;
  #unsubscribe: Unsubscribe | undefined;

  constructor(options: CameraFinderOptions) {
    this.#options = options;
  }

  open(): void {
    this.#unsubscribe = this.#options.bus.onConnectionChange((connected) => {
      if (connected) this.#connectedAtMs = this.#options.now();
    });
  }

  close(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  /** @throws CameraError `not_found`, or `offline` when the camera or the broker is away. */
  async findOnline(device: string): Promise<KnownCamera> {
    this.#requireBroker();
    const camera = this.#options.directory.find(device) ?? (await this.#waitForIntroduction(device));
    if (!camera) {
      throw new CameraError(
        'not_found',
        `There is no camera "${device}"; GET /api/cameras lists those there are.`,
      );
    }
    if (camera.online) return camera;
    throw offlineError(device);
  }

  /**
   * The camera a request means that need not name one.
   * @throws CameraError `bad_request` listing the cameras when there are several.
   */
  async findNamedOrOnly(device: string | undefined): Promise<KnownCamera> {
    if (device !== undefined) return this.findOnline(device);
    this.#requireBroker();
    const { cameras } = this.#options.directory;
    const [only] = cameras.length > 0 ? cameras : [await this.#waitForIntroduction(undefined)];
    if (!only) throw new CameraError('not_found', 'No camera has been found on the MQTT broker yet.');
    if (cameras.length <= 1) return this.findOnline(only.device);
    const names = cameras.map((camera) => camera.device).join(', ');
    throw new CameraError('bad_request', `There are several cameras: name one with ?device= (${names}).`);
  }

  /**
   * What a request to `device` gives, but without waiting for its time-out once the camera has gone offline or has
   * started anew.
   * @throws CameraError `offline`, `stale_boot`, or what `reply` rejects with.
   */
  async whileOnline<T>(device: string, reply: Promise<T>): Promise<T> {
    const { directory } = this.#options;
    const boot = directory.find(device)?.info?.boot;
    let unsubscribe: Unsubscribe | undefined;
    const gone = new Promise<never>((_, reject) => {
      unsubscribe = directory.onChange((camera) => {
        if (camera.device !== device) return;
        if (!camera.online) reject(offlineError(device));
        else if (boot !== undefined && camera.info?.boot !== boot) reject(restartedError(device));
      });
    });
    try {
      return await Promise.race([reply, gone]);
    } finally {
      unsubscribe?.();
    }
  }

  #requireBroker(): void {
    if (this.#options.bus.connected) return;
    throw new CameraError(
      'offline',
      'The MQTT broker is away; check that it runs and that this web server reaches it.',
    );
  }

  /** The first camera that introduces itself, or `device` if one is named. */
  #waitForIntroduction(device: string | undefined): Promise<KnownCamera | undefined> {
    const { directory, now } = this.#options;
    const remainingMs = this.#connectedAtMs + INTRODUCTION_MS - now();
    if (remainingMs <= 0) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const finish = (camera: KnownCamera | undefined): void => {
        clearTimeout(timer);
        unsubscribe();
        resolve(camera);
      };
      const timer = setTimeout(() => finish(undefined), remainingMs);
      const unsubscribe = directory.onChange((camera) => {
        if (camera.online && (device === undefined || camera.device === device)) finish(camera);
      });
    });
  }
}

function offlineError(device: string): CameraError {
  return new CameraError('offline', `Camera "${device}" is offline; check its power and its network.`);
}

function restartedError(device: string): CameraError {
  return new CameraError('stale_boot', `Camera "${device}" has just started anew; try again.`);
}
