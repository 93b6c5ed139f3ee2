import { CameraError } from '../contract/errors.ts';
import { parseValue } from '../contract/envelopes.ts';
import { OPERATIONS } from '../contract/operations.ts';
import type { CameraLink } from './camera-link.ts';

/** What goes with an action. */
export interface ActionDetails {
  /** Kbit/s for `bitrate`, seconds for `record`, what is said for `message`; undefined where none was given. */
  readonly value: unknown;
  /** Whom `message` is for; undefined: everybody who watches. */
  readonly viewer?: unknown;
}

/** What a flow can have a camera do, each by its name in the editor and in messages. */
const ACTIONS = {
  start: (link) => link.request('start', {}),
  stop: (link) => link.request('stop', {}),
  restart: (link) => link.request('restart', {}),
  keyframe: (link) => link.request('keyframe', {}),
  bitrate: (link, { value }) =>
    link.request(
      'bitrate',
      parseValue(OPERATIONS.bitrate.request, { kbps: asNumber(value) }, 'The bit rate'),
    ),
  record: (link, { value }) => {
    const wanted = { action: 'start', seconds: asNumber(value) };
    return link.request('record', parseValue(OPERATIONS.record.request, wanted, 'The recording'));
  },
  'record stop': (link) => link.request('record', { action: 'stop' }),
  message: (link, { value, viewer }) => {
    const wanted = { text: asText(value), viewer };
    return link.request('message', parseValue(OPERATIONS.message.request, wanted, 'The message'));
  },
  'privacy on': (link) => setEnabled(link, false),
  'privacy off': (link) => setEnabled(link, true),
  'motion on': (link) => setMotion(link, true),
  'motion off': (link) => setMotion(link, false),
} as const satisfies Record<string, (link: CameraLink, details: ActionDetails) => Promise<object>>;

/** What is not a number at all is left for the check to name. */
function asNumber(value: unknown): unknown {
  if (value === '' || value === null) return undefined;
  return typeof value === 'string' ? Number(value) : value;
}

/** Objects go as JSON. */
function asText(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

async function setEnabled(link: CameraLink, enabled: boolean): Promise<object> {
  await link.turn('enabled', enabled, (state) => state.enabled === enabled);
  return { enabled };
}

/** What a sensor outside of the camera sees. Motion goes on for the camera's cool-down, so its end is not waited for. */
async function setMotion(link: CameraLink, motion: boolean): Promise<object> {
  await link.turn('motion', motion, (state) => !motion || state.motion);
  return { motion };
}

export type Action = keyof typeof ACTIONS;

/** What switches, dashboards and people say instead. */
const SYNONYMS: ReadonlyMap<unknown, Action> = new Map<unknown, Action>([
  ['on', 'start'],
  ['true', 'start'],
  ['1', 'start'],
  [true, 'start'],
  [1, 'start'],
  ['off', 'stop'],
  ['false', 'stop'],
  ['0', 'stop'],
  [false, 'stop'],
  [0, 'stop'],
  ['record start', 'record'],
]);

/**
 * The action that a message names.
 * @param where for the error, such as `msg.payload`.
 * @throws CameraError `bad_request`
 */
export function readAction(value: unknown, where: string): Action {
  const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
  const action = isAction(word) ? word : SYNONYMS.get(word);
  if (action) return action;
  const known = Object.keys(ACTIONS).map((name) => `"${name}"`);
  throw new CameraError(
    'bad_request',
    `${where} must be ${known.slice(0, -1).join(', ')} or ${known.at(-1) ?? ''} (or on/off, true/false).`,
  );
}

export function isAction(value: unknown): value is Action {
  return typeof value === 'string' && Object.hasOwn(ACTIONS, value);
}

/**
 * Resolves with what the camera says of itself afterwards.
 * @throws CameraError
 */
export function act(link: CameraLink, action: Action, details: ActionDetails): Promise<object> {
  return ACTIONS[action](link, details);
}
