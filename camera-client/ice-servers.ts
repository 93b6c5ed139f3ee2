import type { Unsubscribe } from '../contract/message-bus.ts';
import type { IceServer } from '../contract/operations.ts';
import { describeError, type Logger } from '../foundation/logger.ts';
import type { CameraDirectory } from './camera-directory.ts';
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
  readonly #asked = new Map<string, Promise<readonly IceServer[]>>();
  readonly #present = new Set<string>();

  constructor(options: IceServersOptions) {
    this.#options = options;
  }

  /** Asks each camera as soon as it is there, so that no view has to wait for the answer. */
  follow(directory: CameraDirectory): Unsubscribe {
    return directory.onChange(({ device, online }) => {
      if (online === this.#present.has(device)) return;
      if (online) this.#present.add(device);
      else this.#present.delete(device);
      // One that was away may have others now.
      this.#kept.delete(device);
      if (online) void this.of(device);
    });
  }

  /** Never rejects: without an answer there are none, and a direct path is tried. */
  async of(device: string): Promise<readonly IceServer[]> {
    const kept = this.#kept.get(device);
    if (kept && kept.untilMs > this.#now()) return kept.iceServers;
    const asked = this.#asked.get(device) ?? this.#ask(device);
    this.#asked.set(device, asked);
    return asked;
  }

  async #ask(device: string): Promise<readonly IceServer[]> {
    const { requests, logger } = this.#options;
    try {
      const options = { timeoutMs: REQUEST_TIMEOUT_MS, tries: 1 };
      const { iceServers, expiresIn } = await requests.request(device, 'ice', {}, options);
      this.#kept.set(device, { iceServers, untilMs: this.#now() + expiresIn * 1000 * SHARE_OF_LIFE });
      return iceServers;
    } catch (error) {
      logger.debug(`camera "${device}" named no ICE servers: ${describeError(error)}`);
      return [];
    } finally {
      this.#asked.delete(device);
    }
  }

  #now(): number {
    return (this.#options.now ?? performance.now.bind(performance))();
  }
}
