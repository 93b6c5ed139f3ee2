/** What the camera's answer promised to send as one track. */
export interface ReceiveFormat {
  readonly kind: 'video' | 'audio';
  readonly payloadType: number;
  /** Ticks of its timestamps a second. */
  readonly clockRate: number;
  /** True when the camera sends lost packets again for a NACK. */
  readonly isRepaired: boolean;
  /** Packets that are sent again come as this, in a stream of their own (RFC 4588). Absent: as they were. */
  readonly rtxPayloadType?: number | undefined;
}
