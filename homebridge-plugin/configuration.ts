import { z } from 'zod';
import { DEFAULT_PREFIX, deviceIdSchema, prefixSchema } from '../contract/topics.ts';
import {
  brokerSettingsSchema,
  refuseContradictions,
  type BrokerSettings,
} from '../foundation/broker-settings.ts';
import { localCameraSchema } from './local-camera/local-camera-settings.ts';

const DEFAULT_BROKER_URL = 'mqtt://127.0.0.1:1883';
const DEFAULT_MAX_STREAMS = 2;
/** Every open stream costs upload at the camera; Home shows no more than a few. */
const MOST_STREAMS = 16;

const MOST_BROKERS = 8;

const maxStreamsSchema = z.number().int().min(1).max(MOST_STREAMS);
const nameSchema = z.string().trim().min(1).max(64);

const cameraSchema = z.object({
  device: deviceIdSchema,
  name: nameSchema.optional(),
  bridged: z.boolean().optional(),
  maxStreams: maxStreamsSchema.optional(),
  secureVideo: z.boolean().optional(),
  audio: z.boolean().optional(),
  motionSensor: z.boolean().optional(),
  doorbell: z.boolean().default(false),
  operatingMode: z.boolean().optional(),
  privacySwitch: z.boolean().optional(),
});

const brokerSchema = brokerSettingsSchema
  .extend({ url: brokerSettingsSchema.shape.url.default(DEFAULT_BROKER_URL) })
  .superRefine(refuseContradictions);

const otherBrokerSchema = brokerSettingsSchema.superRefine(refuseContradictions);

/** The plugin's block in Homebridge's config.json; config.schema.json describes the same for people. */
export const configurationSchema = z.object({
  name: z.string().default('Picam'),
  broker: brokerSchema.prefault({}),
  prefix: prefixSchema.default(DEFAULT_PREFIX),
  moreBrokers: z.array(otherBrokerSchema).max(MOST_BROKERS).default([]),
  discover: z.boolean().default(true),
  externalAccessories: z.boolean().default(true),
  maxStreams: maxStreamsSchema.default(DEFAULT_MAX_STREAMS),
  secureVideo: z.boolean().default(false),
  audio: z.boolean().default(true),
  motionSensor: z.boolean().default(true),
  operatingMode: z.boolean().default(true),
  manuallyDisabled: z.boolean().default(false),
  privacySwitch: z.boolean().default(false),
  localCamera: localCameraSchema.prefault({}),
  cameras: z.array(cameraSchema).max(100).superRefine(refuseDuplicates).default([]),
  debug: z.boolean().default(false),
});
export type Configuration = z.output<typeof configurationSchema>;

/** What holds for one camera, its own settings over those for all. */
export interface CameraSettings {
  readonly device: string;
  readonly name: string | undefined;
  readonly bridged: boolean;
  readonly maxStreams: number;
  /** Offer recordings in iCloud to Apple Home. The camera then runs all the time. */
  readonly secureVideo: boolean;
  /** Let Apple Home hear it, if it has a microphone. */
  readonly audio: boolean;
  readonly motionSensor: boolean;
  readonly doorbell: boolean;
  readonly operatingMode: boolean;
  /** Say that a camera was turned off by hand, and so keep Apple Home from turning it on. */
  readonly manuallyDisabled: boolean;
  readonly privacySwitch: boolean;
}

export type ConfigurationResult =
  | {
      readonly ok: true;
      readonly configuration: Configuration;
      /** Those whose cameras are shown, besides the one of this machine's own camera. */
      readonly brokers: readonly BrokerSettings[];
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads what the user wrote; never throws. Options that do not exist are warnings, because they do no harm. */
export function readConfiguration(raw: unknown): ConfigurationResult {
  const cleaned = withoutEmpty(raw);
  const parsed = configurationSchema.safeParse(cleaned);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'the configuration'}: ${message}`,
    );
    return { ok: false, problems };
  }
  const { broker, moreBrokers } = parsed.data;
  const brokers = [...(namesBroker(cleaned, parsed.data) ? [broker] : []), ...moreBrokers];
  return { ok: true, configuration: parsed.data, brokers, warnings: unknownOptions(cleaned) };
}

export function settingsOf(configuration: Configuration, device: string): CameraSettings {
  const own = configuration.cameras.find((camera) => camera.device === device);
  return {
    device,
    name: own?.name,
    bridged: own?.bridged ?? !configuration.externalAccessories,
    maxStreams: own?.maxStreams ?? configuration.maxStreams,
    secureVideo: own?.secureVideo ?? configuration.secureVideo,
    audio: own?.audio ?? configuration.audio,
    motionSensor: own?.motionSensor ?? configuration.motionSensor,
    doorbell: own?.doorbell ?? false,
    operatingMode: own?.operatingMode ?? configuration.operatingMode,
    manuallyDisabled: configuration.manuallyDisabled,
    privacySwitch: own?.privacySwitch ?? configuration.privacySwitch,
  };
}

/**
 * Whether there is a broker besides the one of this machine's own camera: where that camera is wanted, only if its
 * address is written down.
 */
function namesBroker(cleaned: unknown, { localCamera }: Configuration): boolean {
  const { broker } = cleaned as { readonly broker?: { readonly url?: string } };
  return !localCamera.enabled || broker?.url !== undefined;
}

/** The Homebridge UI leaves an empty text or a null where a field was cleared. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, entry]) => entry !== '' && entry !== null);
  return Object.fromEntries(entries.map(([key, entry]) => [key, withoutEmpty(entry)]));
}

function unknownOptions(raw: unknown): string[] {
  const own = ['platform', '_bridge', ...Object.keys(configurationSchema.shape)];
  const { broker, moreBrokers, localCamera, cameras } = raw as {
    readonly broker?: object;
    readonly moreBrokers?: readonly object[];
    readonly localCamera?: object;
    readonly cameras?: readonly object[];
  };
  return [
    ...unknownKeys('', raw as object, own),
    ...unknownKeys('broker.', broker ?? {}, Object.keys(brokerSchema.shape)),
    ...(moreBrokers ?? []).flatMap((other, index) =>
      unknownKeys(`moreBrokers.${index}.`, other, Object.keys(otherBrokerSchema.shape)),
    ),
    ...unknownKeys('localCamera.', localCamera ?? {}, Object.keys(localCameraSchema.shape)),
    ...(cameras ?? []).flatMap((camera, index) =>
      unknownKeys(`cameras.${index}.`, camera, Object.keys(cameraSchema.shape)),
    ),
  ];
}

function unknownKeys(path: string, value: object, known: readonly string[]): string[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => `${path}${key} is no option of this plugin; it is ignored`);
}

function refuseDuplicates(
  cameras: readonly { readonly device: string }[],
  context: z.RefinementCtx<readonly { readonly device: string }[]>,
): void {
  const seen = new Set<string>();
  for (const [index, { device }] of cameras.entries()) {
    if (seen.has(device))
      context.addIssue({
        code: 'custom',
        path: [index, 'device'],
        message: `"${device}" is listed more than once`,
      });
    seen.add(device);
  }
}
