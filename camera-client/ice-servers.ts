import type { IceServer } from '../contract/operations.ts';
import { describeError, type Logger } from '../foundation/logger.ts';
import type { CameraRequests } from './camera-requests.ts';

const REQUEST_TIMEOUT_MS = 2_000;
/** Credentials are renewed before they run out. */
const SHARE_OF_LIFE = 0.8;

interface Kept {
  readonly iceServers: readonly IceServer[];
  readonly untilMs: number;
}

export interface IceServersOptions {
  readonly requests: CameraRequests;
  readonly logger: Logger;
  /** Milliseconds of a clock that never jumps. */
  readonly now?: () => number;
}

/** The STUN and TURN servers each camera names, kept for as long as their credentials hold. */
export class IceServers {
  readonly #options: IceServersOptions;
  readonly #kept = new Map<string, Kept>();

  constructor(options: IceServersOptions) {
    this.#options = options;
  }

  /** Never rejects: without an answer there are none, and a direct path is tried. */
  async of(device: string): Promise<readonly IceServer[]> {
    const kept = this.#kept.get(device);
    if (kept && kept.untilMs > this.#now()) return kept.iceServers;
    const { requests, logger } = this.#options;
    try {
      const options = { timeoutMs: REQUEST_TIMEOUT_MS, tries: 1 };
      const { iceServers, expiresIn } = await requests.request(device, 'ice', {}, options);
      this.#kept.set(device, { iceServers, untilMs: this.#now() + expiresIn * 1000 * SHARE_OF_LIFE });
      return iceServers;
    } catch (error) {
      logger.debug(`camera "${device}" named no ICE servers: ${describeError(error)}`);
      return [];
    }
  }

  #now(): number {
    return (this.#options.now ?? performance.now.bind(performance))();
  }
}
