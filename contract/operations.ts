import { z } from 'zod';
import { deviceStatisticsSchema } from './device-statistics.ts';
import { cameraControlsSchema } from './camera-controls.ts';
import { channelTextSchema, viewerIdSchema } from './channel-text.ts';
import { healthSchema, infoSchema, stateSchema } from './device-messages.ts';
import { MAX_JSON_BYTES, MAX_MESSAGE_LENGTH } from './limits.ts';
import { machineReadingsSchema } from './machine-readings.ts';

export const iceServerSchema = z.object({
  urls: z.union([z.string().max(512), z.array(z.string().max(512)).max(8)]),
  username: z.string().max(512).optional(),
  credential: z.string().max(1024).optional(),
});
export type IceServer = z.infer<typeof iceServerSchema>;

/** One ICE candidate, in the shape of a browser's RTCIceCandidateInit. */
export const candidateSchema = z.object({
  candidate: z.string().max(1024),
  sdpMid: z.string().max(64).nullish(),
  sdpMLineIndex: z.number().int().min(0).max(64).nullish(),
});
export type Candidate = z.infer<typeof candidateSchema>;

/** Candidates of one side; `end` says that no more will come. */
export const candidatesSchema = z.object({
  candidates: z.array(candidateSchema).max(64),
  end: z.boolean().optional(),
});

/** One end's way in: its credentials (RFC 8839 §5.4) and all of its candidates. */
export const iceDescriptionSchema = z.object({
  iceUfrag: z.string().regex(/^[A-Za-z0-9+/]{4,256}$/, 'is not an ice-ufrag'),
  icePwd: z.string().regex(/^[A-Za-z0-9+/]{22,256}$/, 'is not an ice-pwd'),
  candidates: z.array(z.string().max(1024)).max(64),
});
export type IceDescription = z.infer<typeof iceDescriptionSchema>;

/** ≥128 random bits in base64url; whoever knows it may add candidates to the session or close it. */
export const sessionIdSchema = z.string().regex(/^[A-Za-z0-9_-]{22,64}$/, 'is not a session id');

export const sdpSchema = z.string().min(1).max(MAX_JSON_BYTES);

/** Pictures a second. */
export const fpsSchema = z.number().min(1).max(120);

const nothing = z.object({});
const streamState = z.object({ streaming: z.boolean(), viewers: z.number() });

/**
 * Every op: the `data` of its request and the `data` of its reply. `needsSession` ops name one in the envelope.
 *
 * While the camera is turned off (`set/enabled` OFF, `enabled: false` in the state) whatever needs it – `offer`, `start`,
 * `restart`, `snapshot`, `keyframe`, `controls` – is refused with `forbidden`: trying again does not help, only `set/enabled` ON does.
 */
export const OPERATIONS = {
  hello: { request: nothing, reply: z.object({ info: infoSchema, state: stateSchema }), needsSession: false },
  get: { request: nothing, reply: z.object({ info: infoSchema, state: stateSchema }), needsSession: false },
  /** `now` is the device's clock, milliseconds since 1970. */
  ping: { request: nothing, reply: z.object({ now: z.number() }), needsSession: false },
  /** `expiresIn`: seconds for which the credentials hold. */
  ice: {
    request: nothing,
    reply: z.object({ iceServers: z.array(iceServerSchema), expiresIn: z.number() }),
    needsSession: false,
  },
  /** Without `trickle` the answer holds every candidate of the device. */
  offer: {
    request: z.object({
      type: z.literal('offer').default('offer'),
      sdp: sdpSchema,
      trickle: z.boolean().default(false),
    }),
    reply: z.object({ session: sessionIdSchema, type: z.literal('answer'), sdp: sdpSchema }),
    needsSession: false,
  },
  cand: { request: candidatesSchema, reply: nothing, needsSession: true },
  /**
   * ICE begins anew for a view that goes on (RFC 8445 §9), as when a phone changes its network: each end's new way in.
   * `bad_request` for credentials that are not new, `rate_limited` when a view does so all the time.
   */
  'ice-restart': { request: iceDescriptionSchema, reply: iceDescriptionSchema, needsSession: true },
  close: { request: nothing, reply: nothing, needsSession: true },
  /** Starts the camera and keeps it running, with or without viewers, until `stop`. */
  start: { request: nothing, reply: streamState, needsSession: false },
  /** Ends every view and stops the camera. The next offer or `start` starts it again. */
  stop: { request: nothing, reply: streamState, needsSession: false },
  /**
   * Turns a camera that is on off and on again, which helps a sensor or an encoder that hangs. Views stay and go on with
   * the next picture; a camera that is off stays off.
   */
  restart: { request: nothing, reply: streamState, needsSession: false },
  /** Restarts the whole machine. `forbidden` unless the device's configuration says `allow.reboot`. */
  reboot: { request: nothing, reply: nothing, needsSession: false },
  /** Switches the whole machine off; `forbidden` unless the device's configuration says `allow.shutdown`. */
  shutdown: { request: nothing, reply: nothing, needsSession: false },
  /**
   * The JPEG itself goes out on the snapshot topic; `sha256` (hex) tells which message it is. Without `width` (pixels)
   * the picture keeps the stream's size. `quality` is 1 (poor) to 100 (best).
   */
  snapshot: {
    request: z.object({
      width: z.number().int().min(16).max(4096).optional(),
      quality: z.number().int().min(1).max(100).optional(),
    }),
    reply: z.object({
      sha256: z.string(),
      bytes: z.number(),
      width: z.number(),
      height: z.number(),
      ts: z.number(),
    }),
    needsSession: false,
  },
  keyframe: { request: nothing, reply: nothing, needsSession: false },
  /**
   * The bit rate this peer wishes for, kbit/s; 0 withdraws the wish, which also ends with the peer's last view, as all
   * do with the last viewer. The camera follows the highest wish, as far as the viewers' links take it, between a floor
   * and its configured bit rate: `kbps` is what holds now, `target` what will hold, as a raise waits some seconds. `bad_request` when the source cannot change it while it runs, `not_live` while
   * the camera is off.
   */
  bitrate: {
    request: z.object({ kbps: z.number().int().min(0).max(100_000) }),
    reply: z.object({ kbps: z.number(), target: z.number() }),
    needsSession: false,
  },
  /**
   * Changes how a running camera sees, and its pictures a second; what is left out stays as it is, and an empty request
   * only asks; a name that no camera knows is refused rather than ignored. The reply holds all that was set, here or in the configuration. It lasts until the daemon ends.
   * `bad_request` names the control that this camera has not, or a source that cannot change anything while it runs;
   * `not_live` while the camera is off.
   */
  controls: {
    request: z.strictObject({ ...cameraControlsSchema.shape, fps: fpsSchema.optional() }),
    reply: z.object({ controls: z.looseObject(cameraControlsSchema.shape), fps: z.number() }),
    needsSession: false,
  },
  /**
   * Sends a text to those who watch with a data channel, or to one `viewer`, as an event `message` names it. `viewers`: to
   * how many it was sent. `forbidden` unless the device's configuration says `dataChannel.enabled`, `not_found` when the
   * viewer has no channel (any more).
   */
  message: {
    request: z.object({ text: channelTextSchema, viewer: viewerIdSchema.optional() }),
    reply: z.object({ viewers: z.number() }),
    needsSession: false,
  },
  /** Looks at the machine now. `reasons`: what is wrong and what to do, worst first. */
  health: {
    request: nothing,
    reply: z.object({ health: healthSchema, reasons: z.array(z.string()), machine: machineReadingsSchema }),
    needsSession: false,
  },
  /** What the device has counted and measured, from its memory: cheap enough to be asked every second. */
  stats: { request: nothing, reply: deviceStatisticsSchema, needsSession: false },
  /**
   * Recordings on the camera's own disk. `start` turns the camera on for it; it ends with `stop`, after `seconds`, or
   * with the camera (op `stop`). `list` gives the newest `limit` of `total` recordings.
   */
  record: {
    request: z.discriminatedUnion('action', [
      z.object({ action: z.literal('start'), seconds: z.number().positive().max(86_400).optional() }),
      z.object({ action: z.literal('stop') }),
      z.object({ action: z.literal('list'), limit: z.number().int().min(1).max(200).default(50) }),
      z.object({ action: z.literal('remove'), name: z.string().min(1).max(128) }),
    ]),
    reply: z.object({
      recording: z.boolean(),
      /** The name of the file that is being written. */
      file: z.string().nullable(),
      /** `start` in milliseconds since 1970; `durationS` is what can be played already. */
      files: z
        .array(z.object({ name: z.string(), start: z.number(), durationS: z.number(), bytes: z.number() }))
        .optional(),
      total: z.number().optional(),
    }),
    needsSession: false,
  },
} as const satisfies Record<string, Operation>;

interface Operation {
  readonly request: z.ZodType;
  readonly reply: z.ZodType;
  readonly needsSession: boolean;
}

export type Op = keyof typeof OPERATIONS;
/** What a client sends; fields with a default may be left out. */
export type RequestData<O extends Op> = z.input<(typeof OPERATIONS)[O]['request']>;
/** What a handler gets: checked, and with the defaults filled in. */
export type ParsedRequestData<O extends Op> = z.output<(typeof OPERATIONS)[O]['request']>;
export type ReplyData<O extends Op> = z.output<(typeof OPERATIONS)[O]['reply']>;

export function isOp(text: string): text is Op {
  return Object.hasOwn(OPERATIONS, text);
}

/** Ops whose request may be an empty payload, for people with mosquitto_pub. */
export const OPS_WITH_EMPTY_REQUEST: ReadonlySet<Op> = new Set<Op>([
  'ping',
  'get',
  'start',
  'stop',
  'snapshot',
  'hello',
  'health',
  'stats',
  'controls',
]);

/** Why a device ended a session, in the `close` push; `message` says it in words when the camera has failed. */
export const closePushSchema = z.object({
  session: sessionIdSchema,
  reason: z.enum(['stopped', 'disabled', 'failed', 'idle', 'shutdown']),
  message: z.string().max(MAX_MESSAGE_LENGTH).optional(),
});
export const candPushSchema = candidatesSchema.extend({ session: sessionIdSchema });

export type ClosePush = z.infer<typeof closePushSchema>;
export type CandPush = z.infer<typeof candPushSchema>;
