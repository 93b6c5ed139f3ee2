import { CameraError } from '../../contract/errors.ts';
import type { ViewerStatistics } from '../../contract/device-statistics.ts';
import { randomCapability } from '../../foundation/identifiers.ts';
import type { IceServerSource } from '../../foundation/ice/ice-server-source.ts';
import { RetransmissionRing } from './media-path/retransmission-ring.ts';
import { SendTurns } from './media-path/send-turns.ts';
import { ViewerSession } from './viewer-session.ts';
import type { EndReason, ViewerSessionContext } from './viewer-session-context.ts';

const RETRY_AFTER_S = 5;

export interface ViewerSessionsOptions {
  readonly context: ViewerSessionContext;
  readonly maxViewers: number;
  /** In place of `context.ice.servers`, when they are named on demand. */
  readonly iceServers?: IceServerSource | undefined;
}

/** Every viewer of this device. */
export class ViewerSessions {
  readonly #options: ViewerSessionsOptions;
  readonly #ring: RetransmissionRing;
  readonly #turns = new SendTurns();
  readonly #sessions = new Map<string, ViewerSession>();
  #isClosed = false;

  constructor(options: ViewerSessionsOptions) {
    this.#options = options;
    const { liveStream } = options.context;
    this.#ring = new RetransmissionRing(undefined, () => liveStream.newestPictures);
  }

  get count(): number {
    return this.#sessions.size;
  }

  get statistics(): ViewerStatistics[] {
    return [...this.#sessions.values()].map(({ statistics }) => statistics);
  }

  /** @throws CameraError `busy`, `bad_sdp`, `offline` while shutting down, or `not_live`. */
  async accept(
    peer: string,
    sdp: string,
    trickle: boolean,
  ): Promise<{ readonly session: string; readonly sdp: string }> {
    const context = await this.#context();
    this.#makeRoom();
    const session = randomCapability();
    const viewer = new ViewerSession({
      context,
      ring: this.#ring,
      turns: this.#turns,
      session,
      peer,
      sdp,
      trickle,
      handleEnd: () => this.#handleEnd(session, peer),
    });
    this.#sessions.set(session, viewer);
    const answer = await viewer.accept();
    this.#options.context.tally.views.accepted += 1;
    return { session, sdp: answer };
  }

  /** @throws CameraError `not_found` for a session that is over, never was, or belongs to someone else. */
  get(peer: string, session: string): ViewerSession {
    const viewer = this.#sessions.get(session);
    if (viewer?.peer === peer) return viewer;
    throw new CameraError('not_found', 'There is no such session; it may have ended. Send a new offer.');
  }

  /**
   * @param viewer default: all of them.
   * @returns to how many it was sent.
   */
  sendMessage(text: string, viewer?: string): number {
    const named = [...this.#sessions.values()].filter((one) => viewer === undefined || one.viewer === viewer);
    return named.filter((one) => one.sendMessage(text)).length;
  }

  endAll(reason: EndReason): void {
    for (const viewer of [...this.#sessions.values()]) viewer.end(reason);
  }

  close(): void {
    this.#isClosed = true;
    this.endAll('shutdown');
  }

  #handleEnd(session: string, peer: string): void {
    this.#sessions.delete(session);
    const isLast = [...this.#sessions.values()].every((other) => other.peer !== peer);
    this.#options.context.links?.handleLinkEnd(session, peer, isLast);
  }

  /** With the ICE servers of the moment. */
  async #context(): Promise<ViewerSessionContext> {
    const { context, iceServers } = this.#options;
    if (!iceServers) return context;
    const { iceServers: servers } = await iceServers.current();
    return { ...context, ice: { ...context.ice, servers } };
  }

  /** Anyone may send offers and never connect, so only those who watch keep others out. */
  #makeRoom(): void {
    const { maxViewers, context } = this.#options;
    if (this.#isClosed) throw new CameraError('offline', 'The camera is shutting down; try again later.');
    if (this.#sessions.size < maxViewers) return;
    const [oldest] = [...this.#sessions.values()].filter(({ isPlaying }) => !isPlaying);
    if (!oldest) {
      context.tally.views.refused += 1;
      throw new CameraError('busy', `The camera already has ${maxViewers} viewers, which is all it takes.`, {
        retryAfterS: RETRY_AFTER_S,
      });
    }
    oldest.end('failed', 'it was not connected yet when its place was needed');
  }
}
