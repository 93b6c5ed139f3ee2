import type { RtpPayload } from '../../media/h264-packetizer.ts';

/** One access unit, packetised once for all viewers. Everything in it is shared and must not be changed. */
export interface Picture {
  readonly packets: readonly RtpPayload[];
  /** The number of the first packet in the whole stream; those of the next picture go on without a gap. */
  readonly packetIndex: number;
  /** 90 kHz, 32 bit, without a viewer's random offset (RFC 3550 §5.1). Strictly increasing, modulo 2³². */
  readonly rtpTimestamp: number;
  /** Microseconds on the source's monotonic clock. */
  readonly captureTimeUs: number;
  /** When it was packetised, on the same clock. */
  readonly readyAtUs: number;
  readonly isKeyframe: boolean;
}
