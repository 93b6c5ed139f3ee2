import type { NodeMessageInFlow } from 'node-red';
import { z } from 'zod';
import { parseValue } from '../contract/envelopes.ts';
import {
  OPERATIONS,
  candidateSchema,
  candidatesSchema,
  sessionIdSchema,
  type RequestData,
} from '../contract/operations.ts';

/** What a message asks of the `picam-webrtc` node. */
export type WebRtcMessage =
  /** `answerAs`: the answer has the shape of the offer. */
  | { readonly kind: 'offer'; readonly data: RequestData<'offer'>; readonly answerAs: 'text' | 'object' }
  | { readonly kind: 'candidates'; readonly session: string; readonly data: RequestData<'cand'> }
  | { readonly kind: 'close'; readonly session: string };

const recordSchema = z.record(z.string(), z.unknown());

/** @throws CameraError `bad_request`, saying what the message should have been. */
export function readWebRtcMessage(msg: NodeMessageInFlow): WebRtcMessage {
  const { payload } = msg;
  if (msg['action'] === 'close') return { kind: 'close', session: sessionOf(msg) };
  const candidates = candidatesOf(msg);
  if (candidates !== undefined) {
    return {
      kind: 'candidates',
      session: sessionOf(msg),
      data: parseValue(candidatesSchema, candidates, 'The candidates'),
    };
  }
  const isText = typeof payload === 'string' || Buffer.isBuffer(payload);
  return {
    kind: 'offer',
    data: parseValue(
      OPERATIONS.offer.request,
      isText ? { sdp: payload.toString() } : payload,
      'msg.payload is not an SDP offer',
    ),
    answerAs: isText ? 'text' : 'object',
  };
}

function sessionOf(msg: NodeMessageInFlow): string {
  return parseValue(sessionIdSchema, msg['session'], 'msg.session');
}

/** `msg.candidate` is one candidate as browsers give it, or null for the end of them; a payload may hold several. */
function candidatesOf(msg: NodeMessageInFlow): unknown {
  const { candidate } = msg;
  if (candidate === null) return { candidates: [], end: true };
  if (typeof candidate === 'string') return { candidates: [{ candidate }] };
  if (candidate !== undefined)
    return { candidates: [parseValue(candidateSchema, candidate, 'msg.candidate')] };
  const payload = recordSchema.safeParse(msg.payload);
  return payload.success && 'candidates' in payload.data ? payload.data : undefined;
}
