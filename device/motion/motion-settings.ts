import { z } from 'zod';

/** The keys below `motion`. */
export const motionSettingsSchema = z.strictObject({
  /** Watches the picture, and keeps the camera on for it. Motion that others see (`set/motion`) needs no watching. */
  detect: z.boolean().default(false),
  /** 1 (hardly anything) to 100 (the least change). */
  sensitivity: z.number().min(1).max(100).default(50),
  /** Motion lasts until nothing has moved for this long. */
  coolDownS: z.number().min(0).max(3_600).default(10),
});
export type MotionSettings = z.output<typeof motionSettingsSchema>;
