import { z } from 'zod';
import { CameraError, ERROR_CODES, asCameraError } from './errors.ts';
import { MAX_JSON_BYTES } from './limits.ts';
import { sessionIdSchema } from './operations.ts';

/** `D/req/<peer>/<op>` */
export const requestEnvelopeSchema = z.object({
  v: z.literal(1),
  id: z.string().min(1).max(64),
  session: sessionIdSchema.optional(),
  boot: z.string().max(64).optional(),
  data: z.unknown().optional(),
  sig: z.string().max(128).optional(),
});
export type RequestEnvelope = z.infer<typeof requestEnvelopeSchema>;

const replyErrorSchema = z.object({
  code: z.enum(ERROR_CODES).catch('internal'),
  message: z.string(),
  retryAfter: z.number().optional(),
});

/** `D/res/<peer>`; a push has `id: null`. */
export const replyEnvelopeSchema = z.discriminatedUnion('ok', [
  z.object({
    v: z.literal(1),
    id: z.string().nullable(),
    op: z.string(),
    boot: z.string(),
    ok: z.literal(true),
    data: z.unknown(),
  }),
  z.object({
    v: z.literal(1),
    id: z.string().nullable(),
    op: z.string(),
    boot: z.string(),
    ok: z.literal(false),
    error: replyErrorSchema,
  }),
]);
export type ReplyEnvelope = z.infer<typeof replyEnvelopeSchema>;

/** The `error` of a reply. */
export function replyError(thrown: unknown): z.infer<typeof replyErrorSchema> {
  const { code, message, retryAfterS } = asCameraError(thrown);
  return retryAfterS === undefined ? { code, message } : { code, message, retryAfter: retryAfterS };
}

/**
 * Parses one inbound JSON payload.
 * @throws CameraError `too_large` or `bad_request`, naming each field that is wrong.
 */
export function parseJson<T extends z.ZodType>(
  schema: T,
  payload: Buffer | string,
  what: string,
): z.output<T> {
  const bytes = Buffer.byteLength(payload);
  if (bytes > MAX_JSON_BYTES) {
    throw new CameraError('too_large', `${what} has ${bytes} bytes; at most ${MAX_JSON_BYTES} are read.`);
  }
  return parseValue(schema, readJson(payload, what), what);
}

/** @throws CameraError `bad_request`, naming each field that is wrong. */
export function parseValue<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CameraError('bad_request', `${what}: ${describeProblems(parsed.error)}`, { cause: parsed.error });
}

/** Every problem of a failed check with the path to it, on one line. */
export function describeProblems(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
}

function readJson(payload: Buffer | string, what: string): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch (cause) {
    throw new CameraError('bad_request', `${what} is not JSON.`, { cause });
  }
}
