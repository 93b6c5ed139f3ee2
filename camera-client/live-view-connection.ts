import { CameraError } from '../contract/errors.ts';
import type { Unsubscribe } from '../contract/message-bus.ts';
import { closePushSchema, type IceServer, type ReplyData } from '../contract/operations.ts';
import { describeError, type Logger } from '../foundation/logger.ts';
import type { CameraRequests, Push } from './camera-requests.ts';
import { LiveViewError, type LiveView, type LiveViewListener, type LiveViewPacket } from './live-view.ts';
import { LiveViewPeer } from './live-view-peer.ts';

const OFFER_TIMEOUT_MS = 4_000;
const OFFER_TRIES = 2;
const CLOSE_TIMEOUT_MS = 2_000;
/** How long the reason, which comes over MQTT, may take longer than the connection's own goodbye. */
const GOODBYE_GRACE_MS = 1_500;
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
const DEFAULT_SILENT_AFTER_MS = 1_000;

/** Of one connection: none follows it. */
export type ConnectionListener = Omit<LiveViewListener, 'handleRestart'>;

export interface LiveViewConnectionOptions {
  readonly device: string;
  readonly requests: CameraRequests;
  /** STUN and TURN servers to ask; none are asked when empty. Must not reject. */
  readonly iceServers: () => Promise<readonly IceServer[]>;
  /** Also asks for the camera's sound. Default: no, and the camera's microphone stays off. */
  readonly withAudio?: boolean;
  readonly listener: ConnectionListener;
  readonly logger: Logger;
  /** From the opening to the first packet. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /**
   * A view that was running ends as `silent` after this long without a packet, unless the camera reports that it has
   * nothing to send. Default 1 s.
   */
  readonly silentAfterMs?: number;
}

/** One WebRTC connection to a camera that receives its picture: an offer over MQTT, then RTP. */
export class LiveViewConnection implements LiveView {
  readonly #options: LiveViewConnectionOptions;
  #peer: LiveViewPeer | undefined;
  #unsubscribe: Unsubscribe = () => undefined;
  #deadline: NodeJS.Timeout | undefined;
  #goodbye: NodeJS.Timeout | undefined;
  #session: string | undefined;
  #state: 'opening' | 'connected' | 'receiving' | 'ended' = 'opening';

  constructor(options: LiveViewConnectionOptions) {
    this.#options = options;
  }

  open(): void {
    const { requests, connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = this.#options;
    this.#unsubscribe = requests.onPush((push) => this.#handlePush(push));
    this.#deadline = setTimeout(() => this.#handleDeadline(connectTimeoutMs), connectTimeoutMs);
    this.#negotiate().catch((error: unknown) => this.#end(refusal(error)));
  }

  requestKeyframe(): void {
    this.#peer?.requestKeyframe();
  }

  talk(opus: Buffer): void {
    this.#peer?.talk(opus);
  }

  async close(): Promise<void> {
    if (this.#state === 'ended') return;
    await this.#release();
  }

  async #negotiate(): Promise<void> {
    const iceServers = await this.#options.iceServers();
    if (this.#isEnded()) return;
    const peer = this.#createPeer(iceServers);
    this.#peer = peer;
    const offer = await peer.createOffer();
    if (this.#isEnded()) return;
    const answer = await this.#offer(offer);
    this.#session = answer.session;
    if (this.#isEnded()) this.#closeOnCamera();
    else await peer.connect(answer.sdp);
  }

  #createPeer(iceServers: readonly IceServer[]): LiveViewPeer {
    const { silentAfterMs = DEFAULT_SILENT_AFTER_MS, withAudio = false, listener } = this.#options;
    return new LiveViewPeer({
      iceServers,
      withAudio,
      silentAfterMs,
      events: {
        handleConnected: () => {
          if (this.#state === 'opening') this.#state = 'connected';
        },
        handleVideo: (packet) => this.#handleVideo(packet),
        handleAudio: (packet) => this.#state !== 'ended' && listener.handleAudioPacket?.(packet),
        handleClock: (...reading) => this.#state !== 'ended' && listener.handleClock?.(...reading),
        handleSilence: () => this.#handleSilence(silentAfterMs),
        handleGoodbye: () => this.#handleGoodbye(),
        handleFailure: (why) => this.#handleFailure(why),
      },
    });
  }

  #offer(sdp: string): Promise<ReplyData<'offer'>> {
    const { requests, device } = this.#options;
    const options = { timeoutMs: OFFER_TIMEOUT_MS, tries: OFFER_TRIES };
    return requests.request(device, 'offer', { type: 'offer', sdp }, options);
  }

  #isEnded(): boolean {
    return this.#state === 'ended';
  }

  #handleVideo(packet: LiveViewPacket): void {
    if (this.#state === 'ended') return;
    this.#state = 'receiving';
    clearTimeout(this.#deadline);
    this.#options.listener.handlePacket(packet);
  }

  #handleDeadline(connectTimeoutMs: number): void {
    const error =
      this.#state === 'connected'
        ? new LiveViewError('silent', `connected, but no picture came within ${connectTimeoutMs} ms`)
        : new LiveViewError(
            'unconnected',
            `no connection within ${connectTimeoutMs} ms; check that a direct path (UDP) leads to the camera, or configure a TURN server`,
          );
    this.#end(error);
  }

  #handlePush({ device, op, data }: Push): void {
    if (device !== this.#options.device || op !== 'close' || this.#session === undefined) return;
    const close = closePushSchema.safeParse(data);
    if (!close.success || close.data.session !== this.#session) return;
    this.#session = undefined;
    const { reason, message = reason } = close.data;
    this.#end(new LiveViewError(reason, `the camera ended the view: ${message}`));
  }

  #handleSilence(silentAfterMs: number): void {
    if (this.#goodbye) return;
    this.#end(new LiveViewError('silent', `no packet for ${silentAfterMs} ms`));
  }

  /** Whoever was stopped on purpose must not come back by itself, so that the reason is waited for. */
  #handleGoodbye(): void {
    const error = new LiveViewError('lost', 'the camera closed the connection and did not say why');
    this.#goodbye ??= setTimeout(() => this.#end(error), GOODBYE_GRACE_MS);
  }

  #handleFailure(why: string): void {
    const isPlaying = this.#state === 'receiving';
    const message = isPlaying
      ? `the connection to the camera broke: ${why}`
      : `no connection came about: ${why}`;
    this.#end(new LiveViewError(isPlaying ? 'lost' : 'unconnected', message));
  }

  #end(error: LiveViewError): void {
    if (this.#state === 'ended') return;
    void this.#release();
    this.#options.listener.handleEnd(error);
  }

  async #release(): Promise<void> {
    this.#state = 'ended';
    clearTimeout(this.#deadline);
    clearTimeout(this.#goodbye);
    this.#unsubscribe();
    this.#closeOnCamera();
    try {
      await this.#peer?.close();
    } catch (error) {
      this.#options.logger.debug(`closing the connection failed: ${describeError(error)}`);
    }
  }

  /** Without this word the camera would keep sending until its ICE notices, half a minute later. */
  #closeOnCamera(): void {
    const { requests, device, logger } = this.#options;
    const session = this.#session;
    this.#session = undefined;
    if (session === undefined) return;
    requests
      .request(device, 'close', {}, { session, timeoutMs: CLOSE_TIMEOUT_MS })
      .catch((error: unknown) => logger.debug(`the camera heard no goodbye: ${describeError(error)}`));
  }
}

function refusal(error: unknown): LiveViewError {
  const why = error instanceof CameraError ? error.message : describeError(error);
  const isTurnedOff = error instanceof CameraError && error.code === 'forbidden';
  return new LiveViewError(isTurnedOff ? 'disabled' : 'refused', why, { cause: error });
}
