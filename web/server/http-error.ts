import { CameraError, HTTP_STATUS_OF_CODE, type ErrorCode } from '../../contract/errors.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';

/** Seconds after which another try makes sense, where the camera named none (RFC 9110 §10.2.3). */
const RETRY_AFTER_S: Partial<Record<ErrorCode, number>> = {
  offline: 5,
  busy: 5,
  not_live: 2,
  rate_limited: 5,
};

export interface HttpErrorOptions extends ErrorOptions {
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal that HTTP has its own status for; everything else is a CameraError. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly code: ErrorCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: ErrorCode, message: string, options: HttpErrorOptions = {}) {
    super(message, options);
    this.status = status;
    this.code = code;
    this.headers = options.headers ?? {};
  }
}

/** `{error:{code,message}}` with the status of the contract's table. */
export function errorResponse(error: HttpError): Response {
  return Response.json(
    { error: { code: error.code, message: error.message } },
    { status: error.status, headers: { 'cache-control': 'no-store', ...error.headers } },
  );
}

/** What any thrown value is to an HTTP client; what nobody foresaw is logged here and its details kept back. */
export function asHttpError(thrown: unknown, logger: Logger): HttpError {
  if (thrown instanceof HttpError) return thrown;
  if (thrown instanceof CameraError) return fromCameraError(thrown);
  if (isCutOff(thrown)) return new HttpError(400, 'bad_request', 'The request was not sent to its end.');
  logger.error(`a request failed: ${describeError(thrown)}`);
  return new HttpError(500, 'internal', 'Something failed inside the web server; its log says what.', {
    cause: thrown,
  });
}

/** The client went away, or was too slow: nobody reads this answer, and nothing here failed. */
function isCutOff(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ECONNRESET';
}

function fromCameraError(error: CameraError): HttpError {
  const retryAfterS = error.retryAfterS ?? RETRY_AFTER_S[error.code];
  const headers = retryAfterS === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterS)) };
  return new HttpError(HTTP_STATUS_OF_CODE[error.code], error.code, error.message, { headers, cause: error });
}
