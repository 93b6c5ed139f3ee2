import type { ErrorCode } from '../../contract/errors.ts';

export interface SourceErrorOptions extends ErrorOptions {
  /** What a viewer's request is answered with. Default `not_live`. */
  readonly code?: ErrorCode;
  /** True when trying again cannot help before a person has changed something. Default false. */
  readonly isFinal?: boolean;
}

/** A source that cannot deliver pictures. `message` says what, where and what to do; viewers read it. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly code: ErrorCode;
  readonly isFinal: boolean;

  constructor(message: string, options: SourceErrorOptions = {}) {
    super(message, options);
    this.code = options.code ?? 'not_live';
    this.isFinal = options.isFinal ?? false;
  }
}
