/** One piece of sound, made ready once for all viewers. Shared: it must not be changed. */
export interface AudioPacket {
  readonly payload: Buffer;
  /** 48 kHz, 32 bit, without a viewer's random offset: the place of its first sample. */
  readonly rtpTimestamp: number;
  /** The time of its first sample: microseconds on the monotonic clock, as those of the pictures are. */
  readonly captureTimeUs: number;
}
