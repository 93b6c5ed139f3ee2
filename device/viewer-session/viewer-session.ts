import { CameraError } from '../../contract/errors.ts';
import type { ViewerStatistics } from '../../contract/device-statistics.ts';
import type { Candidate, IceDescription } from '../../contract/operations.ts';
import { randomIdentifier } from '../../foundation/identifiers.ts';
import { describeError } from '../../foundation/logger.ts';
import type { LiveStreamViewer } from '../live-stream/live-stream-viewer.ts';
import type { Picture } from '../live-stream/picture.ts';
import { CandidateOutbox } from './candidate-outbox.ts';
import type { RetransmissionRing } from './media-path/retransmission-ring.ts';
import type { SendTurns } from './media-path/send-turns.ts';
import { MAX_REMOTE_CANDIDATES, parseVideoOffer } from './video-offer.ts';
import { ViewerPeer } from './viewer-peer.ts';
import type { EndReason, ViewerSessionContext } from './viewer-session-context.ts';

/** ICE has no time-out of its own; a viewer that is not there by then has gone away or is behind a wall. */
const CONNECT_TIMEOUT_MS = 15_000;

export interface ViewerSessionOptions {
  readonly context: ViewerSessionContext;
  readonly ring: RetransmissionRing;
  readonly turns: SendTurns;
  readonly session: string;
  readonly peer: string;
  readonly sdp: string;
  readonly trickle: boolean;
  readonly handleEnd: () => void;
}

/** One viewer: its connection, and its seat at the live stream. Ends once, and takes nobody with it. */
export class ViewerSession implements LiveStreamViewer {
  readonly session: string;
  readonly peer: string;
  /** What others call this viewer. */
  readonly viewer = randomIdentifier();
  readonly #options: ViewerSessionOptions;
  readonly #connection: ViewerPeer;
  readonly #outbox: CandidateOutbox;
  readonly #startedAtMs = performance.now();
  #leave: (() => void) | undefined;
  #leaveAudio: (() => void) | undefined;
  #connectTimer: NodeJS.Timeout | undefined;
  #state: 'connecting' | 'playing' | 'ended' = 'connecting';
  #remoteCandidates: number;

  /** @throws CameraError `bad_sdp` */
  constructor(options: ViewerSessionOptions) {
    const { session, peer, context } = options;
    this.#options = options;
    this.session = session;
    this.peer = peer;
    this.#outbox = new CandidateOutbox((candidates, end) => this.#pushCandidates(candidates, end));
    const offer = parseVideoOffer(options.sdp, {
      sound: { microphone: context.audio !== undefined, speaker: context.talkback !== undefined },
      withData: context.handleMessage !== undefined,
    });
    this.#remoteCandidates = offer.candidates.length;
    this.#connection = new ViewerPeer({
      offer,
      certificate: context.certificate,
      ice: context.ice,
      ring: options.ring,
      turns: options.turns,
      bursts: context.bursts,
      firstSequenceNumber: context.firstSequenceNumber,
      tally: context.tally,
      events: {
        handleConnected: () => this.#handleConnected(),
        handleDisconnected: (why) => this.end(this.#state === 'playing' ? 'left' : 'failed', why),
        handleKeyframeRequest: () => context.liveStream.requestKeyframe(),
        handleLinkReport: (report) => context.links?.handleLinkReport(session, report),
        handleMessage: (text) => context.handleMessage?.({ viewer: this.viewer, text }),
        handleTalk: (opus) => context.talkback?.hear(this.viewer, opus),
        handleCandidate: (candidate) => options.trickle && this.#outbox.add(candidate),
      },
    });
  }

  get isPlaying(): boolean {
    return this.#state === 'playing';
  }

  get statistics(): ViewerStatistics {
    const told = this.#connection.sender?.statistics;
    return {
      peer: this.peer,
      ageS: this.#ageMs() / 1000,
      connected: this.isPlaying,
      congested: this.congested,
      packetsSent: told?.packetsSent ?? 0,
      packetsSentAgain: told?.packetsSentAgain ?? 0,
      roundTripMs: told?.roundTripMs,
      fractionLost: told?.fractionLost,
      jitterMs: told?.jitterMs,
      estimatedBitrateKbps: told?.estimatedBitrateKbps,
    };
  }

  get congested(): boolean {
    return this.#connection.sender?.congested === true;
  }

  /**
   * Starts the camera and answers the offer.
   * @throws CameraError `bad_sdp`, or `not_live` when the session was ended meanwhile.
   */
  async accept(): Promise<string> {
    const { context, trickle } = this.#options;
    this.#connectTimer = setTimeout(
      () => this.end('failed', 'no connection came about in time'),
      context.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    );
    try {
      // The camera warms up while the connection is made.
      this.#leave = context.liveStream.join(this);
      const answer = await this.#connection.accept(trickle);
      if (this.#hasEnded())
        throw new CameraError('not_live', 'The view was ended while it was being set up.');
      setImmediate(() => this.#outbox.open());
      return answer;
    } catch (error) {
      this.end('left', describeError(error));
      throw error;
    }
  }

  addCandidates(candidates: readonly Candidate[]): void {
    const allowed = candidates.slice(0, MAX_REMOTE_CANDIDATES - this.#remoteCandidates);
    this.#remoteCandidates += allowed.length;
    this.#connection.addCandidates(allowed.map(({ candidate }) => candidate));
  }

  /** @throws CameraError `bad_request`, or `rate_limited` after too many. */
  restartIce(viewers: IceDescription): Promise<IceDescription> {
    return this.#connection.restartIce(viewers);
  }

  /** @returns whether this viewer has a data channel that takes it. */
  sendMessage(text: string): boolean {
    return this.#state === 'playing' && this.#connection.sendMessage(text);
  }

  handlePicture(picture: Picture): void {
    if (this.#state === 'playing') this.#connection.sender?.send(picture);
  }

  handleEnd(error: CameraError | undefined): void {
    this.end(error ? 'failed' : 'stopped', error?.message);
  }

  /** Tells the viewer unless it left by itself, and frees everything. */
  end(reason: EndReason, why?: string): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    clearTimeout(this.#connectTimer);
    // Before the seat is left: whoever hears of that counts the sessions.
    this.#options.handleEnd();
    this.#leave?.();
    this.#leaveAudio?.();
    this.#options.context.talkback?.leave(this.viewer);
    this.#logEnd(reason, why);
    if (reason !== 'left') {
      const data = { session: this.session, reason };
      this.#options.context.push(this.peer, { op: 'close', data });
    }
    this.#connection.close().catch((error: unknown) => {
      this.#options.context.logger.warn(`a viewer's connection did not close: ${describeError(error)}`);
    });
  }

  #hasEnded(): boolean {
    return this.#state === 'ended';
  }

  #handleConnected(): void {
    if (this.#state !== 'connecting') return;
    clearTimeout(this.#connectTimer);
    this.#state = 'playing';
    this.#options.context.tally.views.connected += 1;
    this.#options.context.logger.info(`viewer ${this.peer} connected after ${this.#ageMs()} ms`);
    // Joining anew brings the newest group of pictures, which could not be sent while there was no connection.
    this.#leave?.();
    try {
      this.#leave = this.#options.context.liveStream.join(this);
      this.#listenToMicrophone();
    } catch (error) {
      this.end('shutdown', describeError(error));
    }
  }

  #listenToMicrophone(): void {
    const { audioSender } = this.#connection;
    if (audioSender && !this.#hasEnded())
      this.#leaveAudio = this.#options.context.audio?.join((packet) => audioSender.send(packet));
  }

  #pushCandidates(candidates: Candidate[], end: boolean): void {
    const data = { session: this.session, candidates, ...(end && { end }) };
    if (!this.#hasEnded()) this.#options.context.push(this.peer, { op: 'cand', data });
  }

  #logEnd(reason: EndReason, why: string | undefined): void {
    const { logger } = this.#options.context;
    const packets = this.#connection.sender?.packetsSent ?? 0;
    const detail = why === undefined ? '' : ` (${why})`;
    const seconds = (this.#ageMs() / 1000).toFixed(1);
    logger.info(`viewer ${this.peer} closed: ${reason}${detail} after ${seconds} s and ${packets} packets`);
  }

  #ageMs(): number {
    return Math.round(performance.now() - this.#startedAtMs);
  }
}
