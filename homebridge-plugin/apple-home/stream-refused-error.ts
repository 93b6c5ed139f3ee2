/** A stream that cannot be set up or started; the message says why. */
export class StreamRefusedError extends Error {
  override readonly name = 'StreamRefusedError';
}
