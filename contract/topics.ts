import { z } from 'zod';
import { MAX_PREFIX_LEVELS } from './limits.ts';

export const DEFAULT_PREFIX = 'picam';
const VERSION_LEVEL = 'v1';
/** Stands in the place of a device id in topics that every device reads. */
const EVERY_DEVICE = '_';

const LEVEL = /^[^/+#$\s][^/+#\s]*$/u;

export const prefixSchema = z
  .string()
  .refine(
    (text) =>
      text.split('/').length <= MAX_PREFIX_LEVELS &&
      text.split('/').every((level) => LEVEL.test(level)) &&
      text.length <= 64,
    `must be 1 to ${MAX_PREFIX_LEVELS} levels joined by "/", without spaces, "+", "#" or a leading "$", such as "picam"`,
  );

export const deviceIdSchema = z
  .string()
  .regex(/^[a-z0-9-]{1,63}$/, 'must be 1 to 63 of a-z, 0-9 and "-", such as "front-door"');

export const peerIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 of A-Z, a-z, 0-9, "_" and "-"');

/** The topics of one device. */
export function deviceTopics(prefix: string, device: string) {
  const root = `${prefix}/${VERSION_LEVEL}/${device}`;
  return {
    status: `${root}/status`,
    info: `${root}/info`,
    state: `${root}/state`,
    snapshot: `${root}/snapshot`,
    event: (kind: string) => `${root}/event/${kind}`,
    everyEvent: `${root}/event/+`,
    set: (property: string) => `${root}/set/${property}`,
    everySet: `${root}/set/+`,
    request: (peer: string, op: string) => `${root}/req/${peer}/${op}`,
    everyRequest: `${root}/req/+/+`,
    reply: (peer: string) => `${root}/res/${peer}`,
  };
}

/** The topics that concern all devices below a prefix. */
export function fleetTopics(prefix: string) {
  const root = `${prefix}/${VERSION_LEVEL}`;
  return {
    hello: (peer: string) => `${root}/${EVERY_DEVICE}/req/${peer}/hello`,
    everyHello: `${root}/${EVERY_DEVICE}/req/+/hello`,
    everyStatus: `${root}/+/status`,
    everyInfo: `${root}/+/info`,
    everyState: `${root}/+/state`,
    everyEvent: `${root}/+/event/+`,
    everyReply: (peer: string) => `${root}/+/res/${peer}`,
  };
}

export type ParsedTopic =
  | { readonly kind: 'status' | 'info' | 'state' | 'snapshot'; readonly device: string }
  | { readonly kind: 'event'; readonly device: string; readonly event: string }
  | { readonly kind: 'set'; readonly device: string; readonly property: string }
  | { readonly kind: 'request'; readonly device: string; readonly peer: string; readonly op: string }
  | { readonly kind: 'hello'; readonly peer: string }
  | { readonly kind: 'reply'; readonly device: string; readonly peer: string };

/** Reads a topic below `prefix`; undefined for whatever the contract does not know. */
export function parseTopic(prefix: string, topic: string): ParsedTopic | undefined {
  if (!topic.startsWith(`${prefix}/${VERSION_LEVEL}/`)) return undefined;
  const [device = '', kind, first, second, ...rest] = topic
    .slice(prefix.length + VERSION_LEVEL.length + 2)
    .split('/');
  if (rest.length > 0) return undefined;
  if (device === EVERY_DEVICE) return parseHello(kind, first, second);
  if (!deviceIdSchema.safeParse(device).success) return undefined;
  return parseDeviceTopic(device, kind, first, second);
}

function parseHello(kind?: string, peer?: string, op?: string): ParsedTopic | undefined {
  return kind === 'req' && op === 'hello' && isPeer(peer) ? { kind: 'hello', peer } : undefined;
}

function parseDeviceTopic(
  device: string,
  kind?: string,
  first?: string,
  second?: string,
): ParsedTopic | undefined {
  switch (kind) {
    case 'status':
    case 'info':
    case 'state':
    case 'snapshot':
      return first === undefined ? { kind, device } : undefined;
    case 'event':
      return first && second === undefined ? { kind, device, event: first } : undefined;
    case 'set':
      return first && second === undefined ? { kind, device, property: first } : undefined;
    case 'req':
      return isPeer(first) && second ? { kind: 'request', device, peer: first, op: second } : undefined;
    case 'res':
      return isPeer(first) && second === undefined ? { kind: 'reply', device, peer: first } : undefined;
    default:
      return undefined;
  }
}

function isPeer(text: string | undefined): text is string {
  return peerIdSchema.safeParse(text).success;
}
