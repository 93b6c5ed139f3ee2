import type { z } from 'zod';
import { configurationSchema } from './configuration-schema.ts';

/** A key that holds one text, number or yes and no, so that a variable or a flag can set it. */
export interface ConfigurationKey {
  readonly path: readonly string[];
  readonly type: 'text' | 'number' | 'boolean';
}

/** Flags for what people change often; everything else is in the file or in a variable. */
export const FLAGS: readonly {
  readonly flag: string;
  readonly value: string;
  readonly path: string;
  readonly help: string;
}[] = [
  {
    flag: 'device',
    value: 'id',
    path: 'device',
    help: "the camera's id in topics (default: from the host name)",
  },
  { flag: 'name', value: 'name', path: 'name', help: "the camera's name for people" },
  {
    flag: 'prefix',
    value: 'prefix',
    path: 'prefix',
    help: 'the first levels of every topic (default: picam)',
  },
  {
    flag: 'broker',
    value: 'url',
    path: 'broker.url',
    help: 'the MQTT broker, such as mqtt://192.168.1.5:1883',
  },
  {
    flag: 'source',
    value: 'source',
    path: 'source',
    help: 'where pictures come from: auto, picamera2, rpicam, v4l2:PATH, rtsp://…, file:PATH or test (default: auto)',
  },
  {
    flag: 'audio',
    value: 'microphone',
    path: 'audio.source',
    help: 'where sound comes from: off, alsa:DEVICE, pulse:SOURCE or test (default: off)',
  },
  { flag: 'storage', value: 'folder', path: 'storage', help: 'what must outlive the process' },
  {
    flag: 'web-host',
    value: 'host',
    path: 'web.host',
    help: 'the address the web page is on (default: 127.0.0.1)',
  },
  { flag: 'web-port', value: 'port', path: 'web.port', help: 'the port the web page is on (default: 8080)' },
  {
    flag: 'mqtt-host',
    value: 'host',
    path: 'embeddedBroker.host',
    help: "the embedded broker's address (default: 127.0.0.1)",
  },
  {
    flag: 'mqtt-port',
    value: 'port',
    path: 'embeddedBroker.port',
    help: "the embedded broker's port (default: 1883)",
  },
  { flag: 'log-level', value: 'level', path: 'logLevel', help: 'debug, info, warn or error' },
];

const SCALAR_TYPES: ReadonlyMap<string, ConfigurationKey['type']> = new Map([
  ['string', 'text'],
  ['enum', 'text'],
  ['number', 'number'],
  ['boolean', 'boolean'],
  // One of several numbers, or a number or a word such as "auto".
  ['literal', 'number'],
  ['union', 'number'],
]);

/** Every key that a text can set, in the order of the schema. */
export const SCALAR_KEYS: readonly ConfigurationKey[] = scalarKeys(configurationSchema, []);

/** `embeddedBroker.port` is PICAM_EMBEDDED_BROKER_PORT. */
export function variableOf(path: readonly string[]): string {
  const words = path.flatMap((key) => key.split(/(?=[A-Z])/u));
  return `PICAM_${words.join('_').toUpperCase()}`;
}

function scalarKeys(schema: unknown, path: readonly string[]): ConfigurationKey[] {
  const inner = unwrapped(schema as z.core.$ZodType);
  if (inner._zod.def.type === 'object') {
    const { shape } = inner._zod.def as z.core.$ZodObjectDef;
    return Object.entries(shape).flatMap(([key, value]) => scalarKeys(value, [...path, key]));
  }
  if (isChoiceOfObjects(inner)) return [];
  const type = SCALAR_TYPES.get(inner._zod.def.type);
  return type ? [{ path, type }] : [];
}

function isChoiceOfObjects({ _zod: { def } }: z.core.$ZodType): boolean {
  if (def.type !== 'union') return false;
  return (def as z.core.$ZodUnionDef).options.some((one) => unwrapped(one)._zod.def.type === 'object');
}

/** What is below `optional`, `default` and the like. */
export function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  const def = schema._zod.def as { readonly innerType?: z.core.$ZodType };
  return def.innerType ? unwrapped(def.innerType) : schema;
}
