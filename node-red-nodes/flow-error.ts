import { CameraError, HTTP_STATUS_OF_CODE, type ErrorCode } from '../contract/errors.ts';

/**
 * An error as a catch node shows it: `msg.error.code` is a code of the contract, `msg.error.message` the plain message
 * (Node-RED takes `toString()`, which would put the name in front of it).
 */
export class FlowError extends Error {
  override readonly name = '';
  readonly code: ErrorCode;
  /** What an `http response` node should answer. */
  readonly statusCode: number;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
    this.statusCode = HTTP_STATUS_OF_CODE[code];
  }
}

export function asFlowError(thrown: unknown): FlowError {
  if (thrown instanceof CameraError) return new FlowError(thrown.code, thrown.message);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new FlowError('internal', `Something failed inside this node: ${message}`);
}
