import type { Logger } from '../../foundation/logger.ts';
import type { SourceError } from './source-error.ts';
import type { Source, SourceSink } from './source.ts';

export interface FallbackSourceOptions {
  readonly preferred: Source;
  /** Taken when the preferred one ends before its first picture. */
  readonly fallback: Source;
  readonly logger: Logger;
}

/**
 * Two ways to the same camera. A fallback that gives pictures where the preferred one gave none is kept; when neither
 * gives any, the camera itself is at fault, and the preferred one is tried first again.
 */
export class FallbackSource implements Source {
  readonly #options: FallbackSourceOptions;
  #isFallback = false;

  constructor(options: FallbackSourceOptions) {
    this.#options = options;
  }

  get description(): string {
    return this.#current.description;
  }

  start(sink: SourceSink): void {
    if (this.#isFallback) this.#startFallback(sink);
    else this.#startPreferred(sink);
  }

  async stop(): Promise<void> {
    await this.#current.stop();
  }

  get #current(): Source {
    return this.#isFallback ? this.#options.fallback : this.#options.preferred;
  }

  #startPreferred(sink: SourceSink): void {
    let hasPictures = false;
    this.#options.preferred.start({
      handleAccessUnit: (unit) => {
        hasPictures = true;
        sink.handleAccessUnit(unit);
      },
      handleEnd: (error) => {
        if (hasPictures) sink.handleEnd(error);
        else this.#startFallback(sink, error);
      },
    });
  }

  #startFallback(sink: SourceSink, reason?: SourceError): void {
    const { preferred, fallback, logger } = this.#options;
    this.#isFallback = true;
    let hasPictures = false;
    fallback.start({
      handleAccessUnit: (unit) => {
        if (!hasPictures && reason)
          logger.warn(
            `${preferred.description} gave no picture (${reason.message}), ${fallback.description} does`,
          );
        hasPictures = true;
        sink.handleAccessUnit(unit);
      },
      handleEnd: (error) => {
        this.#isFallback = hasPictures;
        sink.handleEnd(error);
      },
    });
  }
}
