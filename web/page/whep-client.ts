import { fetchIceServers, request, type IceServer } from './api-client.ts';
import { CandidateTrickle } from './candidate-trickle.ts';

/** A little more than the server gives the camera. */
const OFFER_TIMEOUT_MS = 20_000;

export type SessionState =
  | { readonly state: 'open' }
  | { readonly state: 'closed'; readonly reason: string; readonly message?: string };

/** This browser cannot play what cameras send. */
export class UnplayableError extends Error {
  override readonly name = 'UnplayableError';
  readonly missing: 'webrtc' | 'h264';

  constructor(missing: 'webrtc' | 'h264') {
    super(`This browser lacks ${missing}.`);
    this.missing = missing;
  }
}

/** One view of one camera by WHEP. Opened once, closed once. */
export class WhepClient {
  readonly #device: string;
  readonly #onStream: (stream: MediaStream) => void;
  readonly #onPeer: (peer: RTCPeerConnection) => void;
  readonly #withSound: boolean;
  #peer: RTCPeerConnection | undefined;
  #stream: MediaStream | undefined;
  #location: string | undefined;
  #closed = false;
  usesTurn = false;

  /** @param onPeer may add to the connection before it is offered. */
  constructor(
    device: string,
    onStream: (stream: MediaStream) => void,
    onPeer: (peer: RTCPeerConnection) => void,
    withSound = true,
  ) {
    this.#device = device;
    this.#onStream = onStream;
    this.#onPeer = onPeer;
    this.#withSound = withSound;
  }

  get connectionState(): RTCPeerConnectionState {
    return this.#peer?.connectionState ?? 'new';
  }

  /** True when no more pictures will ever come this way. */
  get isOver(): boolean {
    return this.isClosedByCamera || this.connectionState === 'failed' || this.connectionState === 'closed';
  }

  /** True when the camera has said that it sends no more (DTLS close_notify); why is the server's to tell. */
  get isClosedByCamera(): boolean {
    const [receiver] = this.#peer?.getReceivers() ?? [];
    return receiver?.transport?.state === 'closed';
  }

  /** @throws UnplayableError, ApiError, or whatever `fetch` throws when the server is away. */
  async open(): Promise<void> {
    if (!('RTCPeerConnection' in globalThis)) throw new UnplayableError('webrtc');
    const iceServers = await fetchIceServers();
    if (this.#isClosed()) return;
    const peer = this.#createPeer(iceServers);
    const trickle = new CandidateTrickle(peer);
    trickle.open();
    await peer.setLocalDescription();
    const { sdp, etag } = await this.#postOffer(trickle.takeOffer());
    if (this.#isClosed()) {
      this.#deleteSession();
      return;
    }
    await peer.setRemoteDescription({ type: 'answer', sdp });
    if (this.#location !== undefined) trickle.begin({ location: this.#location, etag });
  }

  /** Hands its stream and its connection out once more, to those who have meanwhile been given others. */
  announce(): void {
    if (this.#peer) this.#onPeer(this.#peer);
    if (this.#stream) this.#onStream(this.#stream);
  }

  async getStats(): Promise<Record<string, unknown>[]> {
    const stats: Record<string, unknown>[] = [];
    (await this.#peer?.getStats())?.forEach((entry: Record<string, unknown>) => stats.push(entry));
    return stats;
  }

  /** What the server knows of this view. @throws ApiError `not_found` when it knows nothing. */
  async state(): Promise<SessionState> {
    if (this.#location === undefined) return { state: 'open' };
    const response = await request(this.#location, {}, 3_000);
    return (await response.json()) as SessionState;
  }

  /** Frees the camera; also works while the page goes away. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#peer?.close();
    this.#deleteSession();
  }

  /** Asked anew after every wait. */
  #isClosed(): boolean {
    return this.#closed;
  }

  #createPeer(iceServers: IceServer[]): RTCPeerConnection {
    this.usesTurn = iceServers.some(({ urls }) => [urls].flat().some((url) => url.startsWith('turn')));
    const peer = new RTCPeerConnection({ iceServers, bundlePolicy: 'max-bundle' });
    this.#peer = peer;
    const transceiver = peer.addTransceiver('video', { direction: 'recvonly' });
    preferH264(transceiver);
    preferLowDelay(transceiver.receiver);
    // After the picture, so that a camera without sound has the connection's first section all the same.
    // Both ways, so that somebody may begin to talk without another offer; a camera without a loudspeaker answers one.
    if (this.#withSound) peer.addTransceiver('audio', { direction: 'sendrecv' });
    this.#onPeer(peer);
    peer.addEventListener('track', ({ track, streams }) => {
      // The sound is in the stream of the picture.
      if (track.kind !== 'video') return;
      this.#stream = streams[0] ?? new MediaStream([track]);
      this.#onStream(this.#stream);
    });
    return peer;
  }

  async #postOffer(offer: string): Promise<{ readonly sdp: string; readonly etag: string }> {
    const headers = { 'content-type': 'application/sdp' };
    const response = await request(
      `whep/${this.#device}`,
      { method: 'POST', body: offer, headers },
      OFFER_TIMEOUT_MS,
    );
    this.#location = this.#addressOf(response.headers.get('location'));
    return { sdp: await response.text(), etag: response.headers.get('etag') ?? '' };
  }

  /** As this page sees it: a proxy that shows the server below a path of its own may not have told the server. */
  #addressOf(location: string | null): string | undefined {
    const session = location?.split('/').at(-1);
    return session === undefined ? undefined : `whep/${this.#device}/${session}`;
  }

  #deleteSession(): void {
    if (this.#location === undefined) return;
    // The camera notices by itself, a little later, if this does not arrive.
    fetch(this.#location, { method: 'DELETE', keepalive: true }).catch(() => undefined);
    this.#location = undefined;
  }
}

function preferH264(transceiver: RTCRtpTransceiver): void {
  const codecs = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
  const isH264 = ({ mimeType, sdpFmtpLine = '' }: RTCRtpCodec) =>
    mimeType.toLowerCase() === 'video/h264' && !sdpFmtpLine.includes('packetization-mode=0');
  const wanted = codecs.filter(isH264);
  if (wanted.length === 0) throw new UnplayableError('h264');
  const repair = codecs.filter(({ mimeType }) => mimeType.toLowerCase() === 'video/rtx');
  transceiver.setCodecPreferences([...wanted, ...repair]);
}

function preferLowDelay(receiver: RTCRtpReceiver): void {
  if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
}
