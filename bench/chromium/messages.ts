export const VARIANTS = ['picam', 'stock werift'] as const;
export type Variant = (typeof VARIANTS)[number];

export type SenderQuestion =
  /** Answered with an SDP. */
  | { readonly kind: 'answer'; readonly variant: Variant; readonly offer: string }
  /** Answered with the pictures that were sent, when the time is over. */
  | { readonly kind: 'send'; readonly durationMs: number };

export interface SentPicture {
  /** On the sender's 90 kHz clock, without the number that it adds to all of them. */
  readonly rtpTimestamp: number;
  /** On the machine's monotonic clock. */
  readonly sentAtMs: number;
}
