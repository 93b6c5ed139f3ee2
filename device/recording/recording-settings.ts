import { z } from 'zod';

/** The keys below `recording`. */
export const recordingSettingsSchema = z.strictObject({
  /** Must exist, so that an unplugged disk is noticed. Default: `recordings` below the storage folder, made when needed. */
  folder: z.string().min(1).max(4096).optional(),
  /** A recording goes on in a new file after this long. */
  maxFileS: z.number().min(10).max(7_200).default(600),
  /** All recordings together; the oldest go first. */
  maxTotalMB: z.number().min(1).max(10_000_000).default(2_000),
  /** Older recordings are removed. */
  maxAgeDays: z.number().positive().max(3_650).default(30),
  /** Stays free on the disk, whatever else is asked for. */
  minFreeMB: z.number().min(0).max(10_000_000).default(500),
  /** How much of what was before its start a recording begins with; at least the newest group of pictures. */
  preRollS: z.number().min(0).max(30).default(0),
  /** Records while something moves; with a pre-roll the camera stays on for it. */
  onMotion: z.boolean().default(false),
});
export type RecordingSettings = z.output<typeof recordingSettingsSchema>;
