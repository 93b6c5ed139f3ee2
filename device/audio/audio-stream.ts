import { CameraError } from '../../contract/errors.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';
import { type Clock, systemClock } from '../capture/clock.ts';
import type { SourceError } from '../capture/source-error.ts';
import type { RestartableSource } from '../capture/source.ts';
import { SourceRunner } from '../live-stream/source-runner.ts';
import type { AudioPacket } from './audio-packet.ts';
import { AudioTimeline } from './audio-timeline.ts';
import type { OpusFrame } from './opus-frame.ts';

/** Must not block. What it throws ends its own sound only. */
export type AudioListener = (packet: AudioPacket) => void;

export interface AudioStreamOptions {
  readonly source: RestartableSource<OpusFrame>;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Asked before the microphone may be turned on; throws the CameraError that says why not. */
  readonly checkAllowed: () => void;
  /** `error` has changed. */
  readonly handleChange: () => void;
}

/**
 * One microphone for all who listen. It is on while somebody does and not a moment longer.
 *
 * One that fails is tried again with growing pauses, and those who listen stay: their picture goes on.
 */
export class AudioStream {
  readonly #options: AudioStreamOptions;
  readonly #runner: SourceRunner<OpusFrame>;
  readonly #timeline = new AudioTimeline();
  readonly #listeners = new Set<AudioListener>();
  #error: CameraError | null = null;

  constructor(options: AudioStreamOptions) {
    const { source, clock = systemClock, logger, handleChange } = options;
    this.#options = options;
    this.#runner = new SourceRunner<OpusFrame>({
      source,
      clock,
      logger,
      // Counted apart from the camera's starts.
      tally: { source: { starts: 0, restarts: 0, failures: 0 } },
      events: {
        handleAccessUnit: (frame) => this.#handleFrame(frame),
        handleFailure: (error) => this.#handleFailure(error),
        handleChange,
      },
    });
  }

  /** Why there is no sound; null again with the next packet and after `stop`. */
  get error(): CameraError | null {
    return this.#error;
  }

  /** True while the microphone is on. */
  get running(): boolean {
    return this.#runner.running;
  }

  /**
   * Turns the microphone on if it is off.
   * @returns leave: it is turned off with the last who leaves.
   * @throws CameraError when it may not run.
   */
  join(listener: AudioListener): () => void {
    this.#options.checkAllowed();
    this.#listeners.add(listener);
    this.#runner.want();
    return () => this.#remove(listener);
  }

  /** Nobody hears anything from the call on. Resolves when the microphone is off. */
  async stop(): Promise<void> {
    this.#listeners.clear();
    this.#setError(null);
    await this.#turnOff();
  }

  async close(): Promise<void> {
    await this.stop();
  }

  #remove(listener: AudioListener): void {
    if (this.#listeners.delete(listener) && this.#listeners.size === 0) void this.#turnOff();
  }

  async #turnOff(): Promise<void> {
    const gone = this.#runner.release();
    this.#timeline.handleGap();
    await gone;
  }

  #handleFrame({ opus, arrivedAtUs }: OpusFrame): void {
    this.#setError(null);
    const packet = { payload: opus, ...this.#timeline.next(arrivedAtUs) };
    for (const listener of this.#listeners) this.#deliver(listener, packet);
  }

  #deliver(listener: AudioListener, packet: AudioPacket): void {
    try {
      listener(packet);
    } catch (error) {
      this.#options.logger.warn(`a viewer's sound failed and is ended: ${describeError(error)}`);
      this.#remove(listener);
    }
  }

  #handleFailure(failure: SourceError): void {
    this.#timeline.handleGap();
    this.#setError(new CameraError(failure.code, failure.message, { cause: failure }));
  }

  #setError(error: CameraError | null): void {
    if (this.#error === error) return;
    this.#error = error;
    this.#options.handleChange();
  }
}
