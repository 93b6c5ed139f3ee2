import type { KnownCamera } from '../camera-client/camera-directory.ts';
import type { Unsubscribe } from '../contract/message-bus.ts';
import { describeError, type Logger } from '../foundation/logger.ts';
import type { KeptSettings } from './kept-settings.ts';

const DEFAULT_CONFIRM_MS = 5_000;

export interface CameraPrivacyOptions {
  /** Tells the camera. */
  readonly turn: (isOn: boolean) => Promise<void>;
  readonly kept: KeptSettings;
  readonly logger: Logger;
  /** How long the camera may take until its state says what it was told. Default 5 s. */
  readonly confirmMs?: number;
}

/**
 * Whether the camera may see: the camera's own word (`enabled` in its state), and over it what Apple Home has just
 * wished. A wish holds from its first moment, because "off" means now; one for a camera that is away is kept until it
 * is back, also over a restart of Homebridge.
 */
export class CameraPrivacy {
  readonly #options: CameraPrivacyOptions;
  readonly #listeners = new Set<() => void>();
  #camera: KnownCamera | undefined;
  #confirmation: NodeJS.Timeout | undefined;
  #hasSent = false;

  constructor(options: CameraPrivacyOptions) {
    this.#options = options;
  }

  get isOn(): boolean {
    const { wish, isOn } = this.#options.kept.now;
    return wish ?? isOn;
  }

  /** Somebody else than Apple Home has turned the camera off. */
  get isOffElsewhere(): boolean {
    return !this.isOn && !this.#options.kept.now.isOffByHome;
  }

  onChange(handle: () => void): Unsubscribe {
    this.#listeners.add(handle);
    return () => void this.#listeners.delete(handle);
  }

  close(): void {
    clearTimeout(this.#confirmation);
    this.#listeners.clear();
  }

  /** Apple Home turns the camera on or off. */
  wish(isOn: boolean): void {
    if (isOn === this.isOn) return;
    this.#changeKept({ wish: isOn, isOffByHome: !isOn });
    this.#hasSent = false;
    clearTimeout(this.#confirmation);
    this.#confirmation = undefined;
    this.#send();
  }

  /** What the camera says of itself. */
  update(camera: KnownCamera | undefined): void {
    this.#camera = camera;
    const enabled = camera?.state?.enabled;
    const { wish } = this.#options.kept.now;
    if (enabled === undefined) return;
    if (wish === undefined) this.#learn(enabled);
    else if (wish === enabled) this.#settle(enabled);
    else this.#send();
  }

  #learn(isOn: boolean): void {
    if (isOn !== this.#options.kept.now.isOn) this.#changeKept({ isOn, isOffByHome: false });
  }

  #settle(isOn: boolean): void {
    clearTimeout(this.#confirmation);
    this.#confirmation = undefined;
    this.#changeKept({ isOn, wish: undefined });
  }

  #send(): void {
    const { wish } = this.#options.kept.now;
    if (wish === undefined || this.#confirmation || this.#camera?.online !== true) return;
    const { turn, logger, confirmMs = DEFAULT_CONFIRM_MS } = this.#options;
    this.#confirmation = setTimeout(() => this.#handleUnconfirmed(), confirmMs);
    turn(wish).then(
      () => (this.#hasSent = true),
      (error: unknown) => logger.debug(`the camera could not be told: ${describeError(error)}`),
    );
  }

  /** What reached the broker and was not followed is given up; what did not reach it is tried again. */
  #handleUnconfirmed(): void {
    this.#confirmation = undefined;
    const enabled = this.#camera?.state?.enabled;
    if (!this.#hasSent || this.#camera?.online !== true || enabled === undefined) {
      this.#send();
      return;
    }
    this.#options.logger.warn(`the camera did not turn ${enabled ? 'off' : 'on'} although it was told to`);
    this.#changeKept({ isOn: enabled, wish: undefined, isOffByHome: false });
  }

  #changeKept(change: Parameters<KeptSettings['change']>[0]): void {
    this.#options.kept.change(change);
    for (const listener of [...this.#listeners]) listener();
  }
}
