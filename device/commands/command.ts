import {
  parseJson,
  parseValue,
  requestEnvelopeSchema,
  type RequestEnvelope,
} from '../../contract/envelopes.ts';
import { CameraError } from '../../contract/errors.ts';
import {
  OPERATIONS,
  OPS_WITH_EMPTY_REQUEST,
  isOp,
  type Op,
  type ReplyData,
} from '../../contract/operations.ts';
import type { Handlers } from './handlers.ts';

/** Ids are at the front of what clients write; more than this is not searched for one. */
const MAX_SEARCHED_BYTES = 256 * 1024;
const MAX_ID_LENGTH = 64;

/** @throws CameraError `not_found`, naming the ops there are. */
export function parseOp(op: string): Op {
  if (isOp(op)) return op;
  const known = Object.keys(OPERATIONS).join(', ');
  throw new CameraError('not_found', `This camera knows no op of that name; it knows ${known}.`);
}

/** The envelope of a request; undefined for an empty one, which only some ops may be. */
export function parseEnvelope(op: Op, payload: Buffer): RequestEnvelope | undefined {
  if (payload.length === 0 && OPS_WITH_EMPTY_REQUEST.has(op)) return undefined;
  return parseJson(requestEnvelopeSchema, payload, `The ${op} request`);
}

/** The id of a request that is otherwise wrong, so that its error finds the one who waits for it. */
export function salvageId(payload: Buffer): string | null {
  if (payload.length === 0 || payload.length > MAX_SEARCHED_BYTES) return null;
  try {
    const value: unknown = JSON.parse(payload.toString());
    if (typeof value !== 'object' || value === null || !('id' in value)) return null;
    const { id } = value;
    return typeof id === 'string' && id.length > 0 && id.length <= MAX_ID_LENGTH ? id : null;
  } catch {
    return null;
  }
}

/**
 * Checks a request's data and hands it to its handler.
 * @throws CameraError, or whatever the handler throws.
 */
export async function execute<O extends Op>(
  handlers: Handlers,
  op: O,
  peer: string,
  envelope: RequestEnvelope | undefined,
): Promise<ReplyData<O>> {
  const { request, needsSession } = OPERATIONS[op];
  const session = envelope?.session ?? '';
  if (needsSession && session === '') {
    throw new CameraError(
      'bad_request',
      `The ${op} request needs the "session" that the offer was answered with.`,
    );
  }
  const data = parseValue(request, envelope?.data ?? {}, `The data of the ${op} request`);
  // The table pairs each op with its schema and its handler; TypeScript cannot follow that through the lookup.
  return await handlers[op]({ peer, session, data } as Parameters<Handlers[O]>[0]);
}
