import { fetchIceServers, request, type IceServer } from './api-client.ts';

/**
 * Host candidates are there within milliseconds; whatever takes longer is sent after the offer. The camera starts with
 * the offer and needs longer than any candidate, so waiting for them all would only delay the first picture.
 */
const GATHERING_PATIENCE_MS = 40;
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
  #peer: RTCPeerConnection | undefined;
  #location: string | undefined;
  #etag = '';
  #lateCandidates: RTCIceCandidate[] = [];
  #closed = false;
  usesTurn = false;

  constructor(device: string, onStream: (stream: MediaStream) => void) {
    this.#device = device;
    this.#onStream = onStream;
  }

  get connectionState(): RTCPeerConnectionState {
    return this.#peer?.connectionState ?? 'new';
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
    await peer.setLocalDescription(await peer.createOffer());
    await candidatesGathered(peer, GATHERING_PATIENCE_MS);
    const answer = await this.#postOffer(peer);
    if (this.#isClosed()) {
      this.#deleteSession();
      return;
    }
    await peer.setRemoteDescription({ type: 'answer', sdp: answer });
    this.#sendLateCandidates();
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
    peer.addTransceiver('audio', { direction: 'recvonly' });
    peer.addEventListener('track', ({ track, streams }) => {
      // The sound is in the stream of the picture.
      if (track.kind === 'video') this.#onStream(streams[0] ?? new MediaStream([track]));
    });
    return peer;
  }

  async #postOffer(peer: RTCPeerConnection): Promise<string> {
    const sdp = peer.localDescription?.sdp ?? '';
    peer.addEventListener('icecandidate', ({ candidate }) => {
      if (!candidate?.candidate) return;
      this.#lateCandidates.push(candidate);
      if (peer.remoteDescription) this.#sendLateCandidates();
    });
    const headers = { 'content-type': 'application/sdp' };
    const response = await request(
      `/whep/${this.#device}`,
      { method: 'POST', body: sdp, headers },
      OFFER_TIMEOUT_MS,
    );
    this.#location = response.headers.get('location') ?? undefined;
    this.#etag = response.headers.get('etag') ?? '*';
    return response.text();
  }

  #sendLateCandidates(): void {
    const candidates = this.#lateCandidates.splice(0);
    if (candidates.length === 0 || this.#location === undefined) return;
    const lines = candidates.map(({ candidate }) => `a=${candidate}\r\n`).join('');
    const body = `m=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:${candidates[0]?.sdpMid ?? '0'}\r\n${lines}`;
    const headers = { 'content-type': 'application/trickle-ice-sdpfrag', 'if-match': this.#etag };
    // One candidate more or less: the connection itself tells whether those that arrived were enough.
    request(this.#location, { method: 'PATCH', body, headers }).catch(() => undefined);
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

function candidatesGathered(peer: RTCPeerConnection, patienceMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, patienceMs);
    const check = () => peer.iceGatheringState === 'complete' && resolve();
    peer.addEventListener('icegatheringstatechange', check);
    check();
  });
}
