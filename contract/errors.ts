/** The error codes of contract v1, each with the HTTP status that a web server answers for it. */
export const HTTP_STATUS_OF_CODE = {
  bad_request: 422,
  bad_sdp: 422,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  not_live: 409,
  stale_boot: 410,
  too_large: 413,
  rate_limited: 429,
  busy: 503,
  offline: 503,
  timeout: 504,
  internal: 500,
} as const;

export type ErrorCode = keyof typeof HTTP_STATUS_OF_CODE;

export const ERROR_CODES = Object.keys(HTTP_STATUS_OF_CODE) as [ErrorCode, ...ErrorCode[]];

export interface CameraErrorOptions extends ErrorOptions {
  /** Seconds after which another try makes sense. */
  readonly retryAfterS?: number | undefined;
}

/** A request that a camera, or the way to it, refused. `message` says what, where and what to do. */
export class CameraError extends Error {
  override readonly name = 'CameraError';
  readonly code: ErrorCode;
  readonly retryAfterS: number | undefined;

  constructor(code: ErrorCode, message: string, options: CameraErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.retryAfterS = options.retryAfterS;
  }
}

/** What any thrown value is to a requester: a CameraError stays, everything else is `internal` without its details. */
export function asCameraError(thrown: unknown): CameraError {
  if (thrown instanceof CameraError) return thrown;
  return new CameraError('internal', "Something failed inside the camera; the camera's log says what.", {
    cause: thrown,
  });
}
