import type { MachineReadings } from '../../contract/machine-readings.ts';
import { CameraError } from '../../contract/errors.ts';
import { withTimeout } from '../../foundation/time-out.ts';
import type { Logger } from '../../foundation/logger.ts';
import { type HealthVerdict, judgeHealth } from './health-policy.ts';

const LOOK_INTERVAL_MS = 30_000;
const LOOK_TIMEOUT_MS = 5_000;

export interface HealthWatchOptions {
  /** Must not reject. */
  readonly readMachine: () => Promise<MachineReadings>;
  /** Why the camera gives no pictures, in words. */
  readonly cameraFailure: () => string | undefined;
  /** What else of the device does not work, though the camera does. */
  readonly otherFailure?: () => string | undefined;
  readonly handleChange: () => void;
  readonly logger: Logger;
}

/** Looks at the machine from time to time. */
export class HealthWatch {
  readonly #options: HealthWatchOptions;
  #readings: MachineReadings = {};
  #reported = '';
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: HealthWatchOptions) {
    this.#options = options;
  }

  open(): void {
    void this.#lookAgainAndAgain();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** As of the last look at the machine. */
  get readings(): MachineReadings {
    return this.#readings;
  }

  /** From the last look at the machine, and the camera as it is now. */
  verdict(): HealthVerdict {
    const { cameraFailure, otherFailure } = this.#options;
    return judgeHealth(this.#readings, cameraFailure(), otherFailure?.());
  }

  /**
   * Looks now.
   * @throws CameraError `timeout` when the machine takes too long to tell.
   */
  async look(): Promise<{ readonly verdict: HealthVerdict; readonly readings: MachineReadings }> {
    try {
      this.#readings = await withTimeout(this.#options.readMachine(), LOOK_TIMEOUT_MS, 'reading the machine');
    } catch (cause) {
      throw new CameraError('timeout', 'The machine takes too long to say how it is; try again.', { cause });
    }
    return { verdict: this.verdict(), readings: this.#readings };
  }

  async #lookAgainAndAgain(): Promise<void> {
    await this.look().catch(() => undefined);
    if (this.#isClosed) return;
    this.#report();
    this.#options.handleChange();
    this.#timer = setTimeout(() => void this.#lookAgainAndAgain(), LOOK_INTERVAL_MS);
  }

  /** The camera's failures have been logged where they happened. */
  #report(): void {
    const complaints = judgeHealth(this.#readings, undefined).reasons.join('; ');
    if (complaints !== this.#reported && complaints !== '') this.#options.logger.warn(complaints);
    this.#reported = complaints;
  }
}
