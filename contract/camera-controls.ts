import { z } from 'zod';

const share = z.number().min(0).max(1);

/** How a camera sees. What is left out stays as it is; not every camera has every control. */
export const cameraControlsSchema = z.strictObject({
  /** Microseconds, or `auto`. */
  exposure: z.union([z.literal('auto'), z.number().int().min(10).max(200_000_000)]).optional(),
  /** White balance. */
  awb: z.enum(['auto', 'incandescent', 'tungsten', 'fluorescent', 'indoor', 'daylight', 'cloudy']).optional(),
  /** 0 is the camera's own. */
  brightness: z.number().min(-1).max(1).optional(),
  /** 1 is the camera's own. */
  contrast: z.number().min(0).max(32).optional(),
  /** 1 is the camera's own, 0 is grey. */
  saturation: z.number().min(0).max(32).optional(),
  /** 1 is the camera's own. */
  sharpness: z.number().min(0).max(16).optional(),
  /** The part of the sensor's picture that is shown, in shares of its width and height; 0, 0, 1, 1 is all of it. */
  roi: z
    .strictObject({
      x: share,
      y: share,
      width: z.number().min(0.05).max(1),
      height: z.number().min(0.05).max(1),
    })
    .refine(({ x, width }) => x + width <= 1.0001, 'x and width together must not exceed 1')
    .refine(({ y, height }) => y + height <= 1.0001, 'y and height together must not exceed 1')
    .optional(),
  /** Follow by itself, or a fixed distance in dioptres: 0 is infinity, 2 is half a metre. */
  focus: z.union([z.literal('continuous'), z.number().min(0).max(32)]).optional(),
  /** Mirrors the picture; a running stream pauses for about half a second. */
  flip: z
    .strictObject({ horizontal: z.boolean().default(false), vertical: z.boolean().default(false) })
    .optional(),
  /** Degrees. Sensors cannot turn a picture by 90: 180 is for a camera that hangs upside down. */
  rotation: z.literal([0, 180], 'must be 0 or 180, which is all that a sensor can do').optional(),
});
export type CameraControls = z.output<typeof cameraControlsSchema>;

/** Which sides of the picture are changed over, by `flip` and `rotation` together. */
export function orientationOf({ flip, rotation }: CameraControls): {
  readonly horizontal: boolean;
  readonly vertical: boolean;
} {
  const isUpsideDown = rotation === 180;
  return {
    horizontal: (flip?.horizontal ?? false) !== isUpsideDown,
    vertical: (flip?.vertical ?? false) !== isUpsideDown,
  };
}
