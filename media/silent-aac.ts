/** Samples in every frame of AAC-LC. */
export const AAC_FRAME_SAMPLES = 1024;

/**
 * Silence as AAC-LC, mono, 32 kHz. A frame is one channel without a single band (max_sfb = 0), so that it is the same
 * four bytes each time (ISO/IEC 14496-3 §4.4.2.1).
 */
export const SILENT_AAC = {
  sampleRate: 32_000,
  /** AAC-LC (2), 32 kHz (5), one channel. */
  description: Buffer.of(0x12, 0x88),
  frame: Buffer.of(0x01, 0x18, 0x20, 0x07),
} as const;
