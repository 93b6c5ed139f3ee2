import type { Push } from '../camera-client/camera-requests.ts';
import { candPushSchema, closePushSchema, type CandPush, type ClosePush } from '../contract/operations.ts';

/** More than any camera serves; the oldest is forgotten, which ends nothing. */
const MAX_SESSIONS = 256;

/** A chapter in the life of a session, as a message for the node's second output. */
export type SessionMessage = { readonly session: string } & (
  | { readonly topic: 'open'; readonly payload: Record<string, never> }
  | { readonly topic: 'candidate'; readonly payload: Omit<CandPush, 'session'> }
  | { readonly topic: 'close'; readonly payload: { readonly reason: CloseReason } }
);

/** `requested`: by a message of the flow. */
type CloseReason = ClosePush['reason'] | 'requested';

/** The sessions one `picam-webrtc` node has opened, and what the camera says of them. */
export class WebRtcSessions {
  readonly #ids = new Set<string>();
  readonly #announce: (message: SessionMessage) => void;

  constructor(announce: (message: SessionMessage) => void) {
    this.#announce = announce;
  }

  get ids(): readonly string[] {
    return [...this.#ids];
  }

  add(session: string): void {
    this.#ids.add(session);
    const [oldest] = this.#ids;
    if (this.#ids.size > MAX_SESSIONS && oldest !== undefined) this.#ids.delete(oldest);
    this.#announce({ topic: 'open', session, payload: {} });
  }

  end(session: string, reason: CloseReason): void {
    if (this.#ids.delete(session)) this.#announce({ topic: 'close', session, payload: { reason } });
  }

  /** Pushes for sessions of other nodes pass by. */
  handlePush({ op, data }: Push): void {
    if (op === 'close') this.#handleClose(data);
    if (op === 'cand') this.#handleCandidates(data);
  }

  #handleClose(data: unknown): void {
    const push = closePushSchema.safeParse(data);
    if (push.success) this.end(push.data.session, push.data.reason);
  }

  #handleCandidates(data: unknown): void {
    const push = candPushSchema.safeParse(data);
    if (!push.success || !this.#ids.has(push.data.session)) return;
    const { session, ...payload } = push.data;
    this.#announce({ topic: 'candidate', session, payload });
  }
}
