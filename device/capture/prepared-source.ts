import { type Logger, describeError } from '../../foundation/logger.ts';
import { SourceError } from './source-error.ts';
import type { Source, SourceSink } from './source.ts';

export interface PreparedSourceOptions {
  readonly description: string;
  /** Looks at the machine and makes the source for it; rejects with a SourceError. Must end by itself. */
  readonly prepare: () => Promise<Source>;
  readonly logger: Logger;
}

/**
 * A source that is known only after a look at the machine. What was found is kept until it fails, so that only the
 * first start waits for the look.
 */
export class PreparedSource implements Source {
  readonly #options: PreparedSourceOptions;
  #found: Source | undefined;
  #isStopped = true;
  #begun: Promise<void> = Promise.resolve();

  constructor(options: PreparedSourceOptions) {
    this.#options = options;
  }

  get description(): string {
    return this.#found?.description ?? this.#options.description;
  }

  start(sink: SourceSink): void {
    this.#isStopped = false;
    if (this.#found) this.#begin(this.#found, sink);
    else this.#begun = this.#prepareAndBegin(sink);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#begun;
    await this.#found?.stop();
  }

  get requestKeyframe(): Source['requestKeyframe'] {
    return this.#found?.requestKeyframe?.bind(this.#found);
  }

  get setBitrate(): Source['setBitrate'] {
    return this.#found?.setBitrate?.bind(this.#found);
  }

  get setFps(): Source['setFps'] {
    return this.#found?.setFps?.bind(this.#found);
  }

  get takeSnapshot(): Source['takeSnapshot'] {
    return this.#found?.takeSnapshot?.bind(this.#found);
  }

  get onMotion(): Source['onMotion'] {
    return this.#found?.onMotion?.bind(this.#found);
  }

  get setControls(): Source['setControls'] {
    return this.#found?.setControls?.bind(this.#found);
  }

  async #prepareAndBegin(sink: SourceSink): Promise<void> {
    try {
      const found = await this.#options.prepare();
      this.#found = found;
      if (this.#isStopped) return;
      this.#options.logger.info(`${this.#options.description}: ${found.description}`);
      this.#begin(found, sink);
    } catch (error) {
      if (!this.#isStopped) sink.handleEnd(asSourceError(error, this.#options.description));
    }
  }

  #begin(found: Source, sink: SourceSink): void {
    found.start({
      handleAccessUnit: (unit) => sink.handleAccessUnit(unit),
      handleEnd: (error) => {
        this.#found = undefined;
        sink.handleEnd(error);
      },
    });
  }
}

function asSourceError(error: unknown, description: string): SourceError {
  if (error instanceof SourceError) return error;
  return new SourceError(`${description} cannot be prepared: ${describeError(error)}`, { cause: error });
}
