/** What a process that sends pictures can be. Plain RTP only feeds another. */
export type SenderVariant = 'picam' | 'stock werift' | 'plain RTP';

export type SenderQuestion =
  /** Answered with an SDP. For plain RTP, the offer is the port to send to. */
  | { readonly kind: 'answer'; readonly variant: SenderVariant; readonly offer: string }
  /** Answered with the pictures that were sent, when the time is over. */
  | { readonly kind: 'send'; readonly durationMs: number };

export interface SentPicture {
  /** On the sender's 90 kHz clock, without the number that it adds to all of them. */
  readonly rtpTimestamp: number;
  /** On the machine's monotonic clock. */
  readonly sentAtMs: number;
}
