import type { Logger } from '../../foundation/logger.ts';
import { type CaptureCommand, CaptureProcess, type OutputReader } from './capture-process.ts';
import { checkSuitable } from './check-suitable.ts';
import type { Clock } from './clock.ts';
import type { Source, SourceSink } from './source.ts';

export interface ProcessSourceOptions {
  readonly description: string;
  readonly command: CaptureCommand;
  readonly createReader: () => OutputReader;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A source that is a program, started anew for each run. */
export class ProcessSource implements Source {
  readonly description: string;
  readonly #options: ProcessSourceOptions;
  #process: CaptureProcess | undefined;

  constructor(options: ProcessSourceOptions) {
    this.description = options.description;
    this.#options = options;
  }

  start(sink: SourceSink): void {
    const { command, createReader, clock, logger } = this.#options;
    const process = new CaptureProcess({
      command,
      reader: createReader(),
      clock,
      logger,
      handleAccessUnit: (unit) => {
        checkSuitable(unit, this.description);
        sink.handleAccessUnit(unit);
      },
      handleEnd: (error) => sink.handleEnd(error),
    });
    this.#process = process;
    process.start();
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
  }
}
