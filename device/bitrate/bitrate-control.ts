import { CameraError } from '../../contract/errors.ts';
import type { Logger } from '../../foundation/logger.ts';
import { type Clock, systemClock } from '../capture/clock.ts';
import type { Source } from '../capture/source.ts';
import type { LinkReport } from '../viewer-session/media-path/link-report.ts';
import type { LinkListener } from '../viewer-session/viewer-session-context.ts';
import { BitrateGovernor } from './bitrate-governor.ts';

export interface BitrateControlOptions {
  readonly source: Pick<Source, 'description' | 'setBitrate'>;
  readonly stream: {
    readonly running: boolean;
    readonly viewers: number;
    onChange(handler: () => void): () => void;
  };
  readonly fullKbps: number;
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** What those who watch wish for and what their links take, and the source that may follow it. */
export class BitrateControl implements LinkListener {
  readonly #options: BitrateControlOptions;
  readonly #governor: BitrateGovernor;
  #hadViewers = false;
  #endWatching: (() => void) | undefined;

  constructor(options: BitrateControlOptions) {
    this.#options = options;
    this.#governor = new BitrateGovernor({
      fullKbps: options.fullKbps,
      apply: (bitrateKbps) => {
        options.logger.info(`the bit rate becomes ${bitrateKbps} kbit/s`);
        options.source.setBitrate?.(bitrateKbps);
      },
      clock: options.clock ?? systemClock,
    });
  }

  open(): void {
    this.#endWatching = this.#options.stream.onChange(() => this.#handleChange());
  }

  close(): void {
    this.#endWatching?.();
    this.#governor.close();
  }

  /**
   * @param peer absent: whoever set the switch.
   * @param bitrateKbps 0 withdraws the wish.
   * @throws CameraError `not_live` while the camera is off, `bad_request` when its source cannot follow.
   */
  wish(peer: string | undefined, bitrateKbps: number): { kbps: number; target: number } {
    const { source, stream } = this.#options;
    if (!stream.running) {
      throw new CameraError('not_live', 'The camera is off; start it or send an offer first.');
    }
    if (!source.setBitrate) {
      throw new CameraError(
        'bad_request',
        `${source.description} cannot change its bit rate while it runs; set video.bitrateKbps in the configuration, or video.bitrateRestartPauseS to have it restarted for that.`,
      );
    }
    if (bitrateKbps === 0) this.#governor.withdraw(wishOf(peer));
    else this.#governor.wish(wishOf(peer), bitrateKbps);
    if (peer === undefined) this.#tellOfLimits(bitrateKbps);
    return { kbps: this.#governor.currentKbps, target: this.#governor.targetKbps };
  }

  handleLinkReport(session: string, report: LinkReport): void {
    if (this.#options.source.setBitrate) this.#governor.handleLinkReport(session, report);
  }

  /** A peer's wish ends with its last view. */
  handleLinkEnd(session: string, peer: string, isLast: boolean): void {
    this.#governor.forgetLink(session);
    if (isLast) this.#governor.withdraw(wishOf(peer));
  }

  /** Whoever set the switch gets no reply. */
  #tellOfLimits(bitrateKbps: number): void {
    const { floorKbps } = this.#governor;
    const { fullKbps, logger } = this.#options;
    if (bitrateKbps > fullKbps)
      logger.warn(
        `set/bitrate ${bitrateKbps} is more than video.bitrateKbps, the most there is: ${fullKbps}`,
      );
    if (bitrateKbps !== 0 && bitrateKbps < floorKbps)
      logger.warn(`set/bitrate ${bitrateKbps} is less than the least that gives a picture: ${floorKbps}`);
  }

  /** All is forgotten with the last viewer, or with the camera; a camera that is started again keeps its viewers. */
  #handleChange(): void {
    const { running, viewers } = this.#options.stream;
    if (viewers === 0 && (this.#hadViewers || !running)) this.#governor.restore();
    this.#hadViewers = viewers > 0;
  }
}

function wishOf(peer: string | undefined): string {
  return peer === undefined ? 'the switch' : `peer ${peer}`;
}
