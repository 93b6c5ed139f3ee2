/** What the RTP clock of one track showed at an instant of the camera's own clock (RFC 3550 §6.4.1). */
export interface ClockReading {
  /** 32 bits, in the track's clock. */
  readonly timestamp: number;
  /** Milliseconds since 1970 as the camera believes, the same for all of its tracks. */
  readonly epochMs: number;
}
