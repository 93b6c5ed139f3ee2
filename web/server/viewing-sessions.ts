import type { CameraDirectory, KnownCamera } from '../../camera-client/camera-directory.ts';
import type { CameraRequests, Push } from '../../camera-client/camera-requests.ts';
import type { Unsubscribe } from '../../contract/message-bus.ts';
import { closePushSchema, type ClosePush } from '../../contract/operations.ts';
import { EarlyCloses } from './early-closes.ts';

/** More than any server has viewers; the oldest is forgotten first. */
const MAX_SESSIONS = 5_000;
const CLOSED_KEPT_MS = 10 * 60_000;

export type CloseReason = ClosePush['reason'] | 'left' | 'restarted';

export type SessionState =
  | { readonly state: 'open' }
  | { readonly state: 'closed'; readonly reason: CloseReason; readonly message?: string };

/** Why a view is over; `message` in words, where the camera gave some. */
interface End {
  readonly reason: CloseReason;
  readonly message?: string;
}

interface Session {
  readonly device: string;
  readonly boot: string | undefined;
  /** The camera's ice-ufrag after a restart of ICE. */
  ice?: string;
  closed?: { readonly end: End; readonly atMs: number };
}

export interface ViewingSessionsOptions {
  readonly requests: CameraRequests;
  readonly directory: CameraDirectory;
  /** Milliseconds of any steady clock. */
  readonly now: () => number;
}

/**
 * Remembers what became of the views this server arranged, so that a page that sees no more pictures can tell
 * "stopped by someone" from a lost connection. Forgetting one only costs the page that explanation.
 */
export class ViewingSessions {
  readonly #options: ViewingSessionsOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #earlyCloses: EarlyCloses;
  #subscriptions: Unsubscribe[] = [];

  constructor(options: ViewingSessionsOptions) {
    this.#options = options;
    this.#earlyCloses = new EarlyCloses(options.now);
  }

  open(): void {
    const { requests, directory } = this.#options;
    this.#subscriptions = [
      requests.onPush((push) => this.#handlePush(push)),
      directory.onChange((camera) => this.#handleCamera(camera)),
    ];
  }

  close(): void {
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    this.#subscriptions = [];
    this.#sessions.clear();
    this.#earlyCloses.clear();
  }

  add(device: string, session: string): void {
    this.#dropOld();
    const boot = this.#options.directory.find(device)?.info?.boot;
    this.#sessions.set(session, { device, boot });
    const early = this.#earlyCloses.take(device, session);
    if (early) this.#applyClose(early);
  }

  /** Undefined for a session this server did not arrange, or has forgotten. */
  stateOf(device: string, session: string): SessionState | undefined {
    const known = this.#sessions.get(session);
    if (known?.device !== device) return undefined;
    return known.closed ? { state: 'closed', ...known.closed.end } : { state: 'open' };
  }

  markRestarted(session: string, iceUfrag: string): void {
    const known = this.#sessions.get(session);
    if (known) known.ice = iceUfrag;
  }

  /** Undefined until ICE has begun anew. */
  iceOf(session: string): string | undefined {
    return this.#sessions.get(session)?.ice;
  }

  markClosed(session: string, end: End): void {
    const known = this.#sessions.get(session);
    if (known) known.closed ??= { end, atMs: this.#options.now() };
  }

  #handlePush({ op, device, data }: Push): void {
    const push = closePushSchema.safeParse(op === 'close' ? data : undefined);
    if (!push.success) return;
    const known = this.#sessions.get(push.data.session);
    if (!known) this.#earlyCloses.keep(device, push.data);
    else if (known.device === device) this.#applyClose(push.data);
  }

  #applyClose({ session, reason, message }: ClosePush): void {
    this.markClosed(session, { reason, ...(message !== undefined && { message }) });
  }

  #handleCamera({ device, info }: KnownCamera): void {
    if (!info) return;
    for (const [id, session] of this.#sessions) {
      if (session.device !== device || session.boot === undefined) continue;
      if (info.boot !== session.boot) this.markClosed(id, { reason: 'restarted' });
    }
  }

  #dropOld(): void {
    const oldestMs = this.#options.now() - CLOSED_KEPT_MS;
    for (const [id, { closed }] of this.#sessions)
      if (closed && closed.atMs < oldestMs) this.#sessions.delete(id);
    const [first] = this.#sessions.keys();
    if (first !== undefined && this.#sessions.size >= MAX_SESSIONS) this.#sessions.delete(first);
  }
}
