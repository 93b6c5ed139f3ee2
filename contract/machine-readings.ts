import { z } from 'zod';

const bytes = z.number().nonnegative();

/** What the firmware of a Raspberry Pi holds against its conditions (`vcgencmd get_throttled`). */
const throttlingFlagsSchema = z.object({
  underVoltage: z.boolean(),
  frequencyCapped: z.boolean(),
  throttled: z.boolean(),
  softTemperatureLimit: z.boolean(),
});

/** How a device's machine is. Every field is absent where the machine does not tell. */
export const machineReadingsSchema = z.object({
  /** `load` is the average number of busy or waiting programs, over 1, 5 and 15 minutes. */
  cpu: z.object({ load: z.tuple([z.number(), z.number(), z.number()]), cores: z.number().int() }).optional(),
  /** `availableBytes` is what programs can still have; `daemonBytes` is what the camera's daemon has itself. */
  memory: z.object({ totalBytes: bytes, availableBytes: bytes, daemonBytes: bytes }).optional(),
  /** The disk that the device keeps its files on. */
  disk: z.object({ totalBytes: bytes, freeBytes: bytes }).optional(),
  /** The processor's. */
  temperatureC: z.number().optional(),
  throttling: z.object({ now: throttlingFlagsSchema, sinceBoot: throttlingFlagsSchema }).optional(),
  /** A battery that the kernel knows, or that of a PiJuice. `charging` is true too while it is full and has power. */
  battery: z.object({ percent: z.number(), charging: z.boolean() }).optional(),
  /** Seconds since the machine started. */
  machineUpS: z.number().optional(),
});
export type MachineReadings = z.infer<typeof machineReadingsSchema>;
export type ThrottlingFlags = z.infer<typeof throttlingFlagsSchema>;
