/** What a viewer has just told about its link. */
export type LinkFinding =
  /** What it believes that the link takes (REMB). */
  | { readonly kind: 'estimate'; readonly estimateKbps: number }
  /** Share of the packets it lost during the last second, 0–1, whether they were repaired or not. */
  | { readonly kind: 'loss'; readonly lossShare: number };

/** The same beside the bit rate that the stream had meanwhile. */
export type LinkReport = LinkFinding & { readonly streamKbps: number };
