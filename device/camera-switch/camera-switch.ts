import { CameraError } from '../../contract/errors.ts';
import type { Logger } from '../../foundation/logger.ts';
import { OffMark } from './off-mark.ts';

export interface CameraSwitchOptions {
  /** Without a folder the switch is on again after a restart. */
  readonly storage: string | undefined;
  readonly logger: Logger;
  /** Ends every view and stops the camera; resolves when it is off. */
  readonly endEverything: () => Promise<void>;
  readonly handleChange: () => void;
}

/** The owner's word whether the camera may run at all. It outlives restarts. */
export class CameraSwitch {
  readonly #options: CameraSwitchOptions;
  readonly #mark: OffMark | undefined;
  #isEnabled = true;

  constructor(options: CameraSwitchOptions) {
    this.#options = options;
    this.#mark = options.storage === undefined ? undefined : new OffMark(options.storage, options.logger);
  }

  get isEnabled(): boolean {
    return this.#isEnabled;
  }

  /** Reads what was kept; before anything may ask for the camera. */
  async open(): Promise<void> {
    this.#isEnabled = (await this.#mark?.read()) !== true;
    if (!this.#isEnabled)
      this.#options.logger.info('the camera is turned off; set/enabled ON allows it again');
  }

  /** @throws CameraError `forbidden` while the camera is turned off. */
  check(): void {
    if (this.#isEnabled) return;
    throw new CameraError(
      'forbidden',
      'The camera has been turned off by its owner; set/enabled ON turns it on again.',
    );
  }

  /** Allows the camera; whoever wants pictures starts it. */
  async turnOn(): Promise<void> {
    this.#change(true);
    await this.#mark?.write(false);
  }

  /** From the call on nobody gets a picture. Resolves when the camera is off and that has been kept. */
  async turnOff(): Promise<void> {
    this.#change(false);
    await Promise.all([this.#options.endEverything(), this.#mark?.write(true)]);
  }

  #change(isEnabled: boolean): void {
    if (this.#isEnabled === isEnabled) return;
    this.#isEnabled = isEnabled;
    this.#options.logger.info(isEnabled ? 'the camera may run again' : 'the camera is turned off');
    this.#options.handleChange();
  }
}
