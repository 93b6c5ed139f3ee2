import type { CameraRequests } from '../../camera-client/camera-requests.ts';
import { CameraError } from '../../contract/errors.ts';
import { parseValue } from '../../contract/envelopes.ts';
import { iceDescriptionSchema, sessionIdSchema, type IceDescription } from '../../contract/operations.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';
import type { CameraFinder } from './camera-finder.ts';
import { COST, type ClientRates } from './client-rates.ts';
import type { SdpFragment } from './sdp-fragment.ts';
import type { SessionState, ViewingSessions } from './viewing-sessions.ts';

export interface ViewAnswer {
  readonly session: string;
  readonly sdp: string;
}

/** `ended`: by their viewers. */
export interface ViewCounts {
  readonly begun: number;
  readonly ended: number;
}

export interface ViewsOptions {
  readonly requests: CameraRequests;
  readonly finder: CameraFinder;
  readonly sessions: ViewingSessions;
  readonly rates: ClientRates;
  /** Somebody wants to see the camera, and gets a view. */
  readonly handleBegin: (device: string) => void;
  readonly logger: Logger;
}

/** Arranges views between HTTP clients and cameras; the media then flow between those two alone. */
export class Views {
  readonly #options: ViewsOptions;
  readonly #counts = { begun: 0, ended: 0 };

  constructor(options: ViewsOptions) {
    this.#options = options;
  }

  get counts(): ViewCounts {
    return { ...this.#counts };
  }

  /** @throws CameraError `bad_sdp`, `not_found`, `offline`, `rate_limited`, or the camera's refusal. */
  async accept(client: string, device: string | undefined, sdp: string): Promise<ViewAnswer> {
    requireOffer(sdp);
    const { finder, sessions, rates, handleBegin, logger } = this.#options;
    const camera = await finder.findNamedOrOnly(device);
    rates.spend(client, camera.device, COST.offer);
    const { session, sdp: answer } = await this.#offer(camera.device, sdp).catch((error: unknown) => {
      if (!isRestart(error)) throw error;
      // What was asked of the camera before died with it, and who watches need not know.
      return this.#offer(camera.device, sdp);
    });
    sessions.add(camera.device, session);
    this.#counts.begun += 1;
    handleBegin(camera.device);
    logger.debug(`a view of "${camera.device}" began`);
    return { session, sdp: answer };
  }

  /**
   * Ending a view that its camera has ended already is no failure: a camera notices a peer that leaves.
   * @throws CameraError `not_found` for a session nobody knows, `offline`, `rate_limited`.
   */
  async end(client: string, device: string, session: string): Promise<void> {
    requireSessionId(session);
    const { finder, requests, sessions, rates, logger } = this.#options;
    const isKnown = sessions.stateOf(device, session) !== undefined;
    if (isKnown) sessions.markClosed(session, { reason: 'left' });
    await finder.findOnline(device);
    rates.spend(client, device, COST.other);
    try {
      await finder.whileOnline(device, requests.request(device, 'close', {}, { session }));
    } catch (error) {
      if (!isKnown || !(error instanceof CameraError) || error.code !== 'not_found') throw error;
    }
    this.#counts.ended += 1;
    logger.debug(`a view of "${device}" ended`);
  }

  /** @throws CameraError `not_found`, `offline`, `rate_limited`, or the camera's refusal. */
  async addCandidates(
    client: string,
    device: string,
    session: string,
    { candidates, end }: SdpFragment,
  ): Promise<void> {
    requireSessionId(session);
    const { finder, requests, rates } = this.#options;
    await finder.findOnline(device);
    rates.spend(client, device, COST.other);
    const reply = requests.request(device, 'cand', { candidates: [...candidates], end }, { session });
    await finder.whileOnline(device, reply);
  }

  /** @throws CameraError `bad_request` without new credentials, `not_found`, `offline`, `rate_limited`, or the camera's refusal. */
  async restartIce(
    client: string,
    device: string,
    session: string,
    { iceUfrag, icePwd, candidates }: SdpFragment,
  ): Promise<IceDescription> {
    requireSessionId(session);
    const { finder, requests, sessions, rates } = this.#options;
    const viewers = { iceUfrag, icePwd, candidates: candidates.map(({ candidate }) => candidate) };
    const description = parseValue(iceDescriptionSchema, viewers, 'The ICE restart');
    await finder.findOnline(device);
    rates.spend(client, device, COST.offer);
    const reply = requests.request(device, 'ice-restart', description, { session });
    const answered = await finder.whileOnline(device, reply);
    sessions.markRestarted(session, answered.iceUfrag);
    return answered;
  }

  /** Names the view's ICE, which a restart makes another; of any text for a view that this server does not know. */
  iceOf(session: string): string {
    return this.#options.sessions.iceOf(session) ?? session;
  }

  /** @throws CameraError `not_found` for a session that is not known (any more). */
  stateOf(device: string, session: string): SessionState {
    const state = this.#options.sessions.stateOf(device, session);
    if (state) return state;
    throw new CameraError(
      'not_found',
      'This server knows nothing of that session; it may have ended long ago.',
    );
  }

  #offer(device: string, sdp: string): Promise<ViewAnswer> {
    const { finder, requests } = this.#options;
    const reply = requests.request(device, 'offer', { sdp });
    return finder.whileOnline(device, reply).catch((error: unknown) => this.#giveUp(device, reply, error));
  }

  /** Nobody will watch what the camera may still answer, and its place is wanted by others. */
  #giveUp(device: string, reply: Promise<{ readonly session: string }>, error: unknown): never {
    const { requests, logger } = this.#options;
    reply
      .then(({ session }) => requests.request(device, 'close', {}, { session }))
      .catch((late: unknown) => logger.debug(`a late answer of "${device}": ${describeError(late)}`));
    throw error;
  }
}

function isRestart(error: unknown): boolean {
  return error instanceof CameraError && error.code === 'stale_boot';
}

/** What is plainly not an offer need not travel to the camera. */
function requireOffer(sdp: string): void {
  if (!/^v=0\r?\n/.test(sdp))
    throw new CameraError('bad_sdp', 'The offer is not SDP: it does not begin with v=0.');
  if (!/\nm=(video|audio) /.test(sdp))
    throw new CameraError('bad_sdp', 'The offer asks for no media: it has no video or audio section.');
}

function requireSessionId(session: string): void {
  if (!sessionIdSchema.safeParse(session).success)
    throw new CameraError('not_found', 'There is no such session.');
}
