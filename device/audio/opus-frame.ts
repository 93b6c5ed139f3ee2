/** Sound is coded in pieces of this length, each a packet of its own. */
export const FRAME_MS = 20;

/** One coded piece of sound. */
export interface OpusFrame {
  readonly opus: Buffer;
  /** Microseconds on the monotonic clock at which it came out of the encoder; later than that when it had to wait. */
  readonly arrivedAtUs: number;
}
