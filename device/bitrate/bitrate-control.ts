import { CameraError } from '../../contract/errors.ts';
import { type Clock, systemClock } from '../capture/clock.ts';
import type { Source } from '../capture/source.ts';
import { BitrateGovernor } from './bitrate-governor.ts';

export interface BitrateControlOptions {
  readonly source: Pick<Source, 'description' | 'setBitrate'>;
  readonly stream: {
    readonly running: boolean;
    readonly viewers: number;
    onChange(handler: () => void): () => void;
  };
  readonly fullKbps: number;
  readonly clock?: Clock;
}

/** The wishes of those who watch, and the source that may follow them. */
export class BitrateControl {
  readonly #options: BitrateControlOptions;
  readonly #governor: BitrateGovernor;
  #hadViewers = false;
  #endWatching: (() => void) | undefined;

  constructor(options: BitrateControlOptions) {
    this.#options = options;
    this.#governor = new BitrateGovernor({
      fullKbps: options.fullKbps,
      apply: (bitrateKbps) => options.source.setBitrate?.(bitrateKbps),
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
   * @param bitrateKbps 0 withdraws the wish.
   * @throws CameraError `not_live` while the camera is off, `bad_request` when its source cannot follow.
   */
  wish(who: string, bitrateKbps: number): { kbps: number; target: number } {
    const { source, stream } = this.#options;
    if (!stream.running) {
      throw new CameraError('not_live', 'The camera is off; start it or send an offer first.');
    }
    if (!source.setBitrate) {
      throw new CameraError(
        'bad_request',
        `${source.description} cannot change its bit rate while it runs; set video.bitrateKbps in the configuration.`,
      );
    }
    if (bitrateKbps === 0) this.#governor.withdraw(who);
    else this.#governor.wish(who, bitrateKbps);
    return { kbps: this.#governor.currentKbps, target: this.#governor.targetKbps };
  }

  /** Wishes end with the last viewer, or with the camera. */
  #handleChange(): void {
    const { running, viewers } = this.#options.stream;
    if (!running || (this.#hadViewers && viewers === 0)) this.#governor.restore();
    this.#hadViewers = viewers > 0;
  }
}
