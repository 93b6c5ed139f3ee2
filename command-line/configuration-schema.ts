import { existsSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { DEFAULT_PREFIX, deviceIdSchema, prefixSchema } from '../contract/topics.ts';
import {
  allowedPowerSchema,
  deviceConfigurationSchema,
  homeAssistantSettingsSchema,
  iceSettingsSchema,
  videoSettingsSchema,
} from '../device/device-configuration.ts';
import { metricsSettingsSchema } from '../device/telemetry/metrics-settings.ts';
import { brokerSettingsSchema, refuseContradictions } from '../foundation/broker-settings.ts';
import { isLoopback } from '../foundation/loopback.ts';
import { accessSettingsSchema, isAccessLimited } from '../web/server/access/access-settings.ts';
import { isAddressOrNetwork, isBasePath } from '../web/server/access/address-rules.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const LONGEST_DEVICE_ID = 63;
const HOST_NAME = /^[A-Za-z0-9.-]{1,253}$/u;

const port = z.number().int().min(0).max(65_535);
const host = z.string().min(1).max(255);

const brokerUserSchema = z.strictObject({
  username: z.string().min(1).max(128),
  password: z.string().min(8, 'must have 8 characters or more').max(256),
});

const origin = z
  .string()
  .refine(isOrigin, 'must be an origin such as https://home.example.org, or "*" for every one');

const webSettingsSchema = z
  .strictObject({
    host: host.default('127.0.0.1'),
    port: port.default(8080),
    /** Names besides localhost by which people open the page, as behind a reverse proxy. */
    hostNames: z.array(z.string().regex(HOST_NAME, 'must be a host name without a port')).max(50).default([]),
    /** Pages outside this network that may watch by WHEP. */
    allowedOrigins: z.array(origin).max(50).default([]),
    /** Whose X-Forwarded-… headers are believed. */
    trustedProxies: z
      .array(z.string().refine(isAddressOrNetwork, 'must be an address or a network such as 10.0.0.0/8'))
      .max(50)
      .default([]),
    basePath: z
      .string()
      .refine(isBasePath, 'must begin with "/" and not end with it, such as /cameras')
      .default(''),
    ...accessSettingsSchema.shape,
  })
  .refine((web) => isLoopback(web.host) || isAccessLimited(web), {
    path: ['users'],
    message:
      'must name who may watch, because web.host lets the network in: "picam web hash-password" makes a user of a password; a web.token, or PICAM_WEB_TOKEN, is for programs; or use web.host 127.0.0.1',
  });

/** Every key of picam.yaml; `picam` reads the same file for all its commands. */
export const configurationSchema = z
  .strictObject({
    device: deviceIdSchema.default(() => deviceIdOfHost(hostname())),
    name: deviceConfigurationSchema.shape.name.optional(),
    prefix: prefixSchema.default(DEFAULT_PREFIX),
    broker: z.strictObject(brokerSettingsSchema.shape).superRefine(refuseContradictions).optional(),
    embeddedBroker: z
      .strictObject({
        host: host.default('127.0.0.1'),
        port: port.default(1883),
        users: z.array(brokerUserSchema).max(100).default([]),
      })
      .prefault({}),
    source: deviceConfigurationSchema.shape.source.default('auto'),
    video: videoSettingsSchema.prefault({}),
    audio: deviceConfigurationSchema.shape.audio,
    camera: deviceConfigurationSchema.shape.camera,
    bursts: deviceConfigurationSchema.shape.bursts,
    maxViewers: deviceConfigurationSchema.shape.maxViewers.default(10),
    lingerMs: deviceConfigurationSchema.shape.lingerMs.default(5_000),
    storage: z.string().min(1).default(defaultStorage),
    ice: iceSettingsSchema.prefault({}),
    allow: allowedPowerSchema.prefault({}),
    dataChannel: deviceConfigurationSchema.shape.dataChannel,
    homeAssistant: homeAssistantSettingsSchema.prefault({}),
    motion: deviceConfigurationSchema.shape.motion,
    recording: deviceConfigurationSchema.shape.recording,
    metrics: metricsSettingsSchema,
    web: webSettingsSchema.prefault({}),
    logLevel: z.enum(LOG_LEVELS).default('info'),
  })
  .refine(({ broker, embeddedBroker: { host, users } }) => broker ?? (isLoopback(host) || users.length > 0), {
    path: ['embeddedBroker', 'users'],
    message:
      'must name a user and a password, because embeddedBroker.host lets the network in; or use 127.0.0.1',
  });

export type Configuration = z.output<typeof configurationSchema>;

/** A legal device id that is as near to the host's name as can be. */
export function deviceIdOfHost(name: string): string {
  const [first = ''] = name.toLowerCase().split('.');
  const id = first
    .replace(/[^a-z0-9]+/gu, '-')
    .slice(0, LONGEST_DEVICE_ID)
    .replace(/^-+|-+$/gu, '');
  return id === '' ? 'camera' : id;
}

function isOrigin(text: string): boolean {
  return text === '*' || (/^https?:/u.test(text) && URL.canParse(text) && new URL(text).origin === text);
}

/** systemd's folder for the service, else the user's own. */
export function defaultStorage(): string {
  const [ofService] = (process.env['STATE_DIRECTORY'] ?? '').split(':');
  if (ofService && existsSync(ofService)) return ofService;
  return join(process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'picam');
}
