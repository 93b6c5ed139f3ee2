import { z } from 'zod';
import { ERROR_CODES } from './errors.ts';
import { channelTextSchema, viewerIdSchema } from './channel-text.ts';
import { MAX_MESSAGE_LENGTH } from './limits.ts';

/** `D/status`, plain text; `offline` is also the last will. */
export const statusSchema = z.enum(['online', 'offline']);

/** `D/info`: what a device is. Changes only with a start of the daemon (`boot`). */
export const infoSchema = z.object({
  v: z.literal(1),
  boot: z.string().max(64),
  name: z.string().max(128),
  model: z.string().max(128),
  sw: z.string().max(64),
  /** The ops this device answers, without those that its configuration does not allow. */
  caps: z.array(z.string().max(32)).max(64),
  limits: z.object({
    viewers: z.number().int().positive(),
    width: z.number().int().positive(),
    height: z.number().int().positive(),
    fps: z.number().positive(),
    bitrateKbps: z.number().int().positive(),
  }),
  /** The sound it sends to who asks for some; absent when it has none. `codec` as in SDP, lower case. */
  audio: z.object({ codec: z.string().max(32) }).optional(),
  /** What it plays of what viewers say; absent when it has no loudspeaker. `codec` as in SDP, lower case. */
  speaker: z.object({ codec: z.string().max(32) }).optional(),
  /** Present where viewers may open a data channel: how large a message may be, and how many a second one viewer may send. */
  dataChannel: z
    .object({ maxBytes: z.number().int().positive(), perSecond: z.number().positive() })
    .optional(),
  /** SHA-256 of the device's DTLS certificate, as in SDP's a=fingerprint (RFC 8122): upper-case hex pairs with colons. */
  dtlsFingerprint: z.string().max(128),
  auth: z.enum(['off', 'optional', 'required']),
});
export type DeviceInfo = z.infer<typeof infoSchema>;

export const stateErrorSchema = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string().max(MAX_MESSAGE_LENGTH),
});

/** `failed`: the camera gives no pictures. `degraded`: it does, but its machine is not well (op `health` says why). */
export const healthSchema = z.enum(['ok', 'degraded', 'failed']);

/** `D/state`: how a device is now. */
export const stateSchema = z.object({
  boot: z.string().max(64),
  /** Seconds since the daemon started, when this was published. */
  up: z.number().nonnegative(),
  /** False while the clock is not yet set: credentials and signatures that hold a time cannot be trusted. */
  timeSync: z.boolean(),
  /** False while the owner has turned the camera off (`set/enabled` OFF): it does not run, whoever asks. */
  enabled: z.boolean(),
  /** True while the camera is running. */
  streaming: z.boolean(),
  viewers: z.number().int().nonnegative(),
  motion: z.boolean(),
  recording: z.boolean(),
  health: healthSchema,
  error: stateErrorSchema.nullable(),
});
export type DeviceState = z.infer<typeof stateSchema>;

/** `D/event/<kind>` */
export const eventSchema = z.object({
  id: z.string().max(64),
  boot: z.string().max(64),
  seq: z.number().int().nonnegative(),
  /** Milliseconds since 1970. */
  ts: z.number(),
  kind: z.string().max(64),
  data: z.record(z.string(), z.unknown()),
});
export type DeviceEvent = z.infer<typeof eventSchema>;

/**
 * The `data` of an event `message`: what a viewer said on its data channel. These events alone go out with QoS 0, because
 * a command that comes late is worse than none.
 */
export const channelMessageSchema = z.object({ viewer: viewerIdSchema, text: channelTextSchema });
export type ChannelMessage = z.infer<typeof channelMessageSchema>;
