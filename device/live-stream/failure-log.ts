import { describeError, type Logger } from '../../foundation/logger.ts';
import type { SourceError } from '../capture/source-error.ts';

/** A camera that stays away for a night is one line, not one for every try. */
export class FailureLog {
  readonly #logger: Logger;
  #told: string | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  handleStart(description: string): void {
    this.#logger[this.#told === undefined ? 'info' : 'debug'](`starting ${description}`);
  }

  handleFailure(description: string, error: SourceError): void {
    const words = `${description} failed: ${describeError(error)}`;
    this.#logger[words === this.#told ? 'debug' : 'warn'](words);
    this.#told = words;
  }

  handlePicture(description: string): void {
    if (this.#told === undefined) return;
    this.#told = undefined;
    this.#logger.info(`${description} gives pictures again`);
  }
}
