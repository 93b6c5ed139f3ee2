import { z } from 'zod';
import { cameraControlsSchema } from '../contract/camera-controls.ts';
import { fpsSchema, iceServerSchema, type IceServer } from '../contract/operations.ts';
import { deviceIdSchema, prefixSchema } from '../contract/topics.ts';
import { turnSettingsSchema } from '../foundation/ice/turn-settings.ts';
import { silentLogger } from '../foundation/logger.ts';
import { audioSettingsSchema } from './audio/audio-settings.ts';
import { createSource } from './capture/open-source.ts';
import { SourceError } from './capture/source-error.ts';
import { motionSettingsSchema } from './motion/motion-settings.ts';
import { recordingSettingsSchema } from './recording/recording-settings.ts';
import { BURST_MODES } from '../foundation/bursts/open-bursts.ts';

const even = z.number().int().multipleOf(2);

export const videoSettingsSchema = z.strictObject({
  /** Pixels. */
  width: even.min(64).max(4096).default(1280),
  height: even.min(64).max(4096).default(720),
  fps: fpsSchema.default(30),
  bitrateKbps: z.number().int().min(50).max(50_000).default(2_000),
  keyframeIntervalS: z.number().min(0.2).max(60).default(2),
  /** Between restarts for another bit rate, of sources that cannot change it while they run. Absent: none. */
  bitrateRestartPauseS: z.number().int().min(30).max(86_400).optional(),
});

const portRangeSchema = z
  .tuple([z.number().int().min(1024).max(65_535), z.number().int().min(1024).max(65_535)])
  .refine(([first, last]) => first < last, 'must be two ports, the smaller first, such as [50000, 50100]');

export const iceSettingsSchema = z
  .strictObject({
    servers: z.array(iceServerSchema).max(8).default([]),
    turn: turnSettingsSchema.optional(),
    /** Never a direct way to a viewer, so that neither end learns the other's address. */
    relayOnly: z.boolean().default(false),
    additionalHostAddresses: z
      .array(z.union([z.ipv4(), z.ipv6()]))
      .max(16)
      .default([]),
    portRange: portRangeSchema.optional(),
  })
  .refine(({ servers, turn, relayOnly }) => !relayOnly || turn !== undefined || servers.some(isTurn), {
    path: ['relayOnly'],
    message: 'needs a TURN server under ice.servers or ice.turn, which is what relays',
  });

function isTurn({ urls }: IceServer): boolean {
  return [urls].flat().some((url) => /^turns?:/iu.test(url));
}

/** What peers may do to the whole machine. */
export const allowedPowerSchema = z.strictObject({
  reboot: z.boolean().default(false),
  shutdown: z.boolean().default(false),
});
export type AllowedPower = z.output<typeof allowedPowerSchema>;

/** Whether viewers and flows may exchange messages over the viewers' connections. */
export const dataChannelSettingsSchema = z.strictObject({ enabled: z.boolean().default(false) });

/** Home Assistant's MQTT discovery; `prefix` as in Home Assistant's own settings. */
export const homeAssistantSettingsSchema = z.strictObject({
  discovery: z.boolean().default(false),
  prefix: prefixSchema.default('homeassistant'),
});
export type HomeAssistantSettings = z.output<typeof homeAssistantSettingsSchema>;

const sourceSchema = z
  .string()
  .min(1)
  .max(4096)
  .superRefine((spec, context) => {
    const message = whyNoSource(spec);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

/** What one camera needs to know, but for its broker. */
export const deviceConfigurationSchema = z.object({
  device: deviceIdSchema,
  /** For people. */
  name: z.string().min(1).max(128),
  prefix: prefixSchema,
  source: sourceSchema,
  video: videoSettingsSchema,
  audio: audioSettingsSchema.prefault({}),
  camera: cameraControlsSchema.prefault({}),
  bursts: z.enum(BURST_MODES).default('segmented'),
  maxViewers: z.number().int().min(1).max(100),
  lingerMs: z.number().int().min(0).max(3_600_000),
  /** Folder of what must outlive the process. */
  storage: z.string().min(1).optional(),
  ice: iceSettingsSchema,
  allow: allowedPowerSchema.prefault({}),
  dataChannel: dataChannelSettingsSchema.prefault({}),
  homeAssistant: homeAssistantSettingsSchema.prefault({}),
  motion: motionSettingsSchema.prefault({}),
  recording: recordingSettingsSchema.prefault({}),
});
export type DeviceConfiguration = z.output<typeof deviceConfigurationSchema>;

/** Only the words are looked at: whether the camera is there shows when it starts. */
function whyNoSource(spec: string): string | undefined {
  try {
    createSource(spec, videoSettingsSchema.parse({}), silentLogger);
    return undefined;
  } catch (error) {
    if (error instanceof SourceError) return error.message;
    throw error;
  }
}
