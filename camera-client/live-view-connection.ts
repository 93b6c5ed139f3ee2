import { RTCPeerConnection, RTCRtpCodecParameters, useH264, type MediaStreamTrack } from 'werift';
import { CameraError } from '../contract/errors.ts';
import type { Unsubscribe } from '../contract/message-bus.ts';
import { closePushSchema, type IceServer, type ReplyData } from '../contract/operations.ts';
import { describeError, type Logger } from '../foundation/logger.ts';
import type { CameraRequests, Push } from './camera-requests.ts';
import { LiveViewError, type LiveView, type LiveViewListener } from './live-view.ts';

const OFFER_TIMEOUT_MS = 4_000;
const OFFER_TRIES = 2;
const CLOSE_TIMEOUT_MS = 2_000;
const STUN_GATHER_TIMEOUT_S = 1;
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
const DEFAULT_SILENT_AFTER_MS = 1_000;

export interface LiveViewConnectionOptions {
  readonly device: string;
  readonly requests: CameraRequests;
  /** STUN and TURN servers to ask; none are asked when empty. Must not reject. */
  readonly iceServers: () => Promise<readonly IceServer[]>;
  readonly listener: Pick<LiveViewListener, 'handlePacket' | 'handleEnd'>;
  readonly logger: Logger;
  /** From the opening to the first packet. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /**
   * A view that was running ends as `silent` after this long without a packet. Default 1 s. werift's receiver can stop
   * decrypting for good after a burst of losses; only a new connection heals that.
   */
  readonly silentAfterMs?: number;
}

/** One WebRTC connection to a camera that receives its picture: an offer over MQTT, then RTP. */
export class LiveViewConnection implements LiveView {
  readonly #options: LiveViewConnectionOptions;
  #peer: RTCPeerConnection | undefined;
  #unsubscribe: Unsubscribe = () => undefined;
  #deadline: NodeJS.Timeout | undefined;
  #session: string | undefined;
  #ssrc: number | undefined;
  #state: 'opening' | 'receiving' | 'ended' = 'opening';

  constructor(options: LiveViewConnectionOptions) {
    this.#options = options;
  }

  open(): void {
    const { requests, connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = this.#options;
    this.#unsubscribe = requests.onPush((push) => this.#handlePush(push));
    this.#deadline = setTimeout(() => {
      const message = `no picture within ${connectTimeoutMs} ms; check that a direct path (UDP) leads to the camera, or configure a TURN server`;
      this.#end(new LiveViewError('unconnected', message));
    }, connectTimeoutMs);
    this.#negotiate().catch((error: unknown) => this.#end(refusal(error)));
  }

  requestKeyframe(): void {
    if (this.#state !== 'receiving' || this.#ssrc === undefined) return;
    const [transceiver] = this.#peer?.getTransceivers() ?? [];
    transceiver?.receiver.sendRtcpPLI(this.#ssrc).catch((error: unknown) => {
      this.#options.logger.debug(`asking for a key frame failed: ${describeError(error)}`);
    });
  }

  async close(): Promise<void> {
    if (this.#state === 'ended') return;
    await this.#release();
  }

  async #negotiate(): Promise<void> {
    const iceServers = await this.#options.iceServers();
    if (this.#isEnded()) return;
    const peer = createPeer(iceServers);
    this.#peer = peer;
    peer.connectionStateChange.subscribe((state) => this.#handleConnectionState(state));
    const transceiver = peer.addTransceiver('video', { direction: 'recvonly' });
    transceiver.onTrack.subscribe((track) => this.#receive(track));
    if (iceServers.length === 0) askNoStunServer(peer);
    await peer.setLocalDescription(await peer.createOffer());
    if (this.#isEnded()) return;
    const answer = await this.#offer(peer.localDescription?.sdp ?? '');
    this.#session = answer.session;
    if (this.#isEnded()) this.#closeOnCamera();
    else await peer.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
  }

  #offer(sdp: string): Promise<ReplyData<'offer'>> {
    const { requests, device } = this.#options;
    const options = { timeoutMs: OFFER_TIMEOUT_MS, tries: OFFER_TRIES };
    return requests.request(device, 'offer', { type: 'offer', sdp }, options);
  }

  #isEnded(): boolean {
    return this.#state === 'ended';
  }

  #receive(track: MediaStreamTrack): void {
    track.onReceiveRtp.subscribe(({ header, payload }) => {
      if (this.#state === 'ended') return;
      this.#ssrc = header.ssrc;
      this.#watchForSilence();
      const { sequenceNumber, timestamp, marker } = header;
      this.#options.listener.handlePacket({ sequenceNumber, timestamp, marker, payload });
    });
  }

  #watchForSilence(): void {
    if (this.#state === 'receiving') {
      this.#deadline?.refresh();
      return;
    }
    this.#state = 'receiving';
    clearTimeout(this.#deadline);
    const silentAfterMs = this.#options.silentAfterMs ?? DEFAULT_SILENT_AFTER_MS;
    this.#deadline = setTimeout(() => {
      this.#end(new LiveViewError('silent', `no packet for ${silentAfterMs} ms`));
    }, silentAfterMs);
  }

  #handlePush({ device, op, data }: Push): void {
    if (device !== this.#options.device || op !== 'close' || this.#session === undefined) return;
    const close = closePushSchema.safeParse(data);
    if (!close.success || close.data.session !== this.#session) return;
    this.#session = undefined;
    this.#end(new LiveViewError(close.data.reason, `the camera ended the view: ${close.data.reason}`));
  }

  #handleConnectionState(state: RTCPeerConnection['connectionState']): void {
    if (state !== 'failed' && state !== 'closed') return;
    const message =
      this.#state === 'receiving' ? 'the connection to the camera broke' : 'no connection came about';
    this.#end(new LiveViewError(this.#state === 'receiving' ? 'lost' : 'unconnected', message));
  }

  #end(error: LiveViewError): void {
    if (this.#state === 'ended') return;
    void this.#release();
    this.#options.listener.handleEnd(error);
  }

  async #release(): Promise<void> {
    this.#state = 'ended';
    clearTimeout(this.#deadline);
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

function createPeer(iceServers: readonly IceServer[]): RTCPeerConnection {
  return new RTCPeerConnection({
    codecs: {
      audio: [],
      video: [useH264(), new RTCRtpCodecParameters({ mimeType: 'video/rtx', clockRate: 90_000 })],
    },
    iceServers: iceServers.map(({ urls, username, credential }) => ({
      urls,
      ...(username === undefined ? {} : { username }),
      ...(credential === undefined ? {} : { credential }),
    })),
    iceStunGatherTimeout: STUN_GATHER_TIMEOUT_S,
    bundlePolicy: 'max-bundle',
  });
}

/** werift asks Google's STUN server when it is given none. */
function askNoStunServer(peer: RTCPeerConnection): void {
  for (const { connection } of peer.iceTransports) delete connection.stunServer;
}

function refusal(error: unknown): LiveViewError {
  const why = error instanceof CameraError ? error.message : describeError(error);
  const isTurnedOff = error instanceof CameraError && error.code === 'forbidden';
  return new LiveViewError(isTurnedOff ? 'disabled' : 'refused', why, { cause: error });
}
