import { z } from 'zod';

/** Where the camera itself offers its numbers to Prometheus; absent: nowhere, as `picam web` has them too. */
export const metricsSettingsSchema = z
  .strictObject({
    host: z.string().min(1).max(255).default('127.0.0.1'),
    /** 0 for any free one. */
    port: z.number().int().min(0).max(65_535),
  })
  .optional();
export type MetricsSettings = NonNullable<z.output<typeof metricsSettingsSchema>>;
