import type { LiveView, LiveViewListener } from '../../camera-client/live-view.ts';
import type { Clock } from '../../foundation/clock.ts';
import type { Logger } from '../../foundation/logger.ts';
import { Prebuffer, type PrebufferLengths } from './prebuffer.ts';
import type { StartEncoder } from './sound/aac-encoder.ts';

const SHORTEST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

export interface SecureVideoOptions {
  /** False while the camera is away or its owner has turned it off. */
  readonly isReady: () => boolean;
  readonly openView: (listener: LiveViewListener) => LiveView;
  readonly startEncoder?: StartEncoder;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Decides when the camera's last seconds are kept: as long as a home hub has chosen how to record, recording is on, and
 * the camera is there and allowed to look. Else nothing of them is kept and the camera's view is given up.
 */
export class SecureVideo {
  readonly #options: SecureVideoOptions;
  #lengths: PrebufferLengths | undefined;
  #isActive = false;
  #isSoundWanted = false;
  #prebuffer: Prebuffer | undefined;
  #cancelRetry: (() => void) | undefined;
  #pauseMs = SHORTEST_PAUSE_MS;
  #isClosed = false;

  constructor(options: SecureVideoOptions) {
    this.#options = options;
  }

  /** Undefined while nothing is kept. */
  get prebuffer(): Prebuffer | undefined {
    return this.#prebuffer;
  }

  /** What the hub has chosen; undefined when it wants no recordings any more. */
  configure(lengths: PrebufferLengths | undefined): void {
    const { preRollMs, fragmentMs } = this.#lengths ?? {};
    if (preRollMs !== lengths?.preRollMs || fragmentMs !== lengths?.fragmentMs) this.#stop();
    this.#lengths = lengths;
    this.refresh();
  }

  setActive(isActive: boolean): void {
    this.#isActive = isActive;
    this.refresh();
  }

  /** Whether recordings shall have the camera's sound: those that run as well, as far as they have a track for it. */
  setSoundWanted(isWanted: boolean): void {
    this.#isSoundWanted = isWanted;
    this.#prebuffer?.sound.setWanted(isWanted);
  }

  /** To be called when the camera's readiness may have changed. */
  refresh(): void {
    const isWanted = this.#isActive && !this.#isClosed && this.#options.isReady();
    if (!isWanted || !this.#lengths) this.#stop();
    else if (!this.#prebuffer && !this.#cancelRetry) this.#start(this.#lengths);
  }

  close(): void {
    this.#isClosed = true;
    this.#stop();
  }

  #start(lengths: PrebufferLengths): void {
    const { openView, startEncoder, clock, logger } = this.#options;
    const prebuffer = new Prebuffer({
      lengths,
      openView,
      startEncoder,
      handleEnd: (reason) => this.#handleEnd(prebuffer, reason),
      clock,
      logger,
    });
    this.#prebuffer = prebuffer;
    prebuffer.sound.setWanted(this.#isSoundWanted);
    logger.debug('the last seconds are kept for recordings in Apple Home');
    prebuffer.open();
  }

  #stop(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#pauseMs = SHORTEST_PAUSE_MS;
    if (!this.#prebuffer) return;
    this.#prebuffer.close();
    this.#prebuffer = undefined;
    this.#options.logger.debug('nothing is kept for recordings in Apple Home any more');
  }

  /** The owner's standing wish is to record: a view that ended is opened again, less and less often while it fails. */
  #handleEnd(prebuffer: Prebuffer, reason: string): void {
    if (this.#prebuffer !== prebuffer) return;
    const { clock, logger } = this.#options;
    this.#prebuffer = undefined;
    if (prebuffer.hasPicture) this.#pauseMs = SHORTEST_PAUSE_MS;
    logger.debug(`recordings wait for the camera (${reason}); tried again in ${this.#pauseMs / 1000} s`);
    this.#cancelRetry = clock.after(this.#pauseMs, () => {
      this.#cancelRetry = undefined;
      this.refresh();
    });
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }
}
