/** Samples in every frame of AAC-LC. */
export const AAC_FRAME_SAMPLES = 1024;
/** A frame of one channel is no longer (ISO/IEC 14496-3 §4.5.3.1: 6,144 bits). */
export const LONGEST_AAC_FRAME_BYTES = 768;

/** The AAC-LC of recordings in Apple Home, silent or not: mono, 32 kHz. */
export const RECORDED_AAC = {
  sampleRate: 32_000,
  /** AAC-LC (2), 32 kHz (5), one channel. */
  description: Buffer.of(0x12, 0x88),
} as const;

/**
 * A frame of silence: one channel without a single band (max_sfb = 0), so that it is the same four bytes each time
 * (ISO/IEC 14496-3 §4.4.2.1).
 */
export const SILENT_AAC_FRAME = Buffer.of(0x01, 0x18, 0x20, 0x07);
