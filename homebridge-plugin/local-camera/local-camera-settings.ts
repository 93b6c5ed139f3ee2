import { z } from 'zod';
import { deviceIdSchema } from '../../contract/topics.ts';

/** What people choose from in a form; picam.yaml knows more. */
export const PICTURE_SIZES = ['640x360', '640x480', '1280x720', '1920x1080'] as const;

/** Beside 1883, where a broker of the machine's own may be. */
export const DEFAULT_PORT = 1884;

/** The words alone: whether that camera is there shows when it starts. */
const SOURCE = /^(?:auto|test|(?:picamera2|rpicam)(?::\d)?|(?:v4l2|file):.+|rtsps?:\/\/.+)$/u;

/** The camera on the machine that Homebridge runs on. */
export const localCameraSchema = z.object({
  enabled: z.boolean().default(false),
  name: z.string().trim().min(1).max(64).default('Camera'),
  source: z
    .string()
    .max(4096)
    .regex(
      SOURCE,
      'must be auto, picamera2, rpicam, v4l2:/dev/video0 (a USB camera), rtsp://…, file:PATH or test',
    )
    .default('auto'),
  size: z.enum(PICTURE_SIZES).default('1280x720'),
  fps: z.number().int().min(5).max(60).default(30),
  bitrateKbps: z.number().int().min(300).max(20_000).default(2_000),
  /** Of its broker, for other programs on this machine. */
  port: z.number().int().min(1024).max(65_535).default(DEFAULT_PORT),
  /** Its id in topics. Absent: made of the machine's name once, and kept. */
  device: deviceIdSchema.optional(),
});
export type LocalCameraSettings = z.output<typeof localCameraSchema>;

/** Where programs on this machine find the camera. */
export function localBrokerUrl(port: number): string {
  return `mqtt://127.0.0.1:${port}`;
}
