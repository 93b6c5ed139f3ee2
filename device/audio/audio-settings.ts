import { z } from 'zod';
import { parseSpeakerSpec, SPEAKER_SPECS } from '../talkback/speaker-spec.ts';
import { MICROPHONE_SPECS, parseMicrophoneSpec } from './microphone-spec.ts';

/** The keys below `audio`. */
export const audioSettingsSchema = z.strictObject({
  /** As `parseMicrophoneSpec` reads it. */
  source: z
    .string()
    .refine((spec) => parseMicrophoneSpec(spec) !== undefined, `must be ${MICROPHONE_SPECS}`)
    .default('off'),
  /** As `parseSpeakerSpec` reads it: where viewers who talk are heard. */
  speaker: z
    .string()
    .refine((spec) => parseSpeakerSpec(spec) !== undefined, `must be ${SPEAKER_SPECS}`)
    .default('off'),
  /** In steps of 8, so that each packet has a whole number of bytes. */
  bitrateKbps: z.number().int().min(16).max(128).multipleOf(8).default(32),
  /** Makes a microphone louder, or quieter. */
  gainDb: z.number().min(-30).max(30).default(0),
});
export type AudioSettings = z.output<typeof audioSettingsSchema>;
