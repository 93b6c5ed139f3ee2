import { ask, RequestError } from './homebridge.ts';
import type { FoundCamera } from './page-data.ts';

/** Host candidates are there within milliseconds; whatever takes longer is of little use at home. */
const GATHERING_PATIENCE_MS = 500;
/** A camera that is off needs a moment. */
const FIRST_PICTURE_TIMEOUT_MS = 15_000;

interface Answer {
  readonly session: string;
  readonly sdp: string;
}

/** Why there is no picture; a code of the contract, or one of the page's own. */
export class ViewError extends Error {
  override readonly name = 'ViewError';
  readonly code: string;

  constructor(code: string, message = '') {
    super(message);
    this.code = code;
  }
}

/**
 * A live view between this browser and a camera. The page's server hands over the offer and the answer; the pictures
 * come from the camera itself. Opened once, closed once.
 */
export class LiveConnection {
  readonly #camera: FoundCamera;
  readonly #video: HTMLVideoElement;
  #peer: RTCPeerConnection | undefined;
  #session: string | undefined;
  #closed = false;

  constructor(camera: FoundCamera, video: HTMLVideoElement) {
    this.#camera = camera;
    this.#video = video;
  }

  /** Resolves with the first picture. @throws ViewError */
  async open(): Promise<void> {
    if (!('RTCPeerConnection' in globalThis)) throw new ViewError('no-webrtc');
    try {
      const peer = await this.#createPeer();
      await peer.setLocalDescription(await peer.createOffer());
      await gathered(peer);
      const answer = await this.#exchange(peer.localDescription?.sdp ?? '');
      await peer.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
      await this.#firstPicture(peer);
    } catch (error) {
      this.close();
      throw error instanceof RequestError ? new ViewError(error.code, error.message) : error;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#peer?.close();
    this.#video.srcObject = null;
    if (this.#session !== undefined) this.#sayGoodbye(this.#session);
  }

  async #createPeer(): Promise<RTCPeerConnection> {
    const { place, device } = this.#camera;
    const { iceServers } = await ask<{ iceServers: RTCIceServer[] }>('/ice-servers', { place, device });
    const peer = new RTCPeerConnection({ iceServers, bundlePolicy: 'max-bundle' });
    this.#peer = peer;
    const { receiver } = preferringH264(peer.addTransceiver('video', { direction: 'recvonly' }));
    if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
    peer.addEventListener('track', ({ track }) => (this.#video.srcObject = new MediaStream([track])));
    return peer;
  }

  async #exchange(sdp: string): Promise<Answer> {
    const { place, device } = this.#camera;
    const answer = await ask<Answer>('/offer', { place, device, sdp });
    this.#session = answer.session;
    if (!this.#closed) return answer;
    this.#sayGoodbye(answer.session);
    throw new ViewError('closed');
  }

  #sayGoodbye(session: string): void {
    // The camera notices by itself, a little later, if this does not arrive.
    ask('/close-view', { place: this.#camera.place, session }).catch(() => undefined);
  }

  #firstPicture(peer: RTCPeerConnection): Promise<void> {
    const video = this.#video;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new ViewError('unreachable')), FIRST_PICTURE_TIMEOUT_MS);
      const settle = (work: () => void) => {
        clearTimeout(timer);
        work();
      };
      video.addEventListener('loadeddata', () => settle(resolve), { once: true });
      peer.addEventListener('connectionstatechange', () => {
        if (peer.connectionState === 'failed') settle(() => reject(new ViewError('unreachable')));
      });
    });
  }
}

function preferringH264(transceiver: RTCRtpTransceiver): RTCRtpTransceiver {
  const codecs = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
  const wanted = codecs.filter(({ mimeType }) => /^video\/(?:h264|rtx)$/iu.test(mimeType));
  if (!wanted.some(({ mimeType }) => mimeType.toLowerCase() === 'video/h264'))
    throw new ViewError('no-webrtc');
  transceiver.setCodecPreferences(wanted);
  return transceiver;
}

function gathered(peer: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, GATHERING_PATIENCE_MS);
    const look = () => peer.iceGatheringState === 'complete' && resolve();
    peer.addEventListener('icegatheringstatechange', look);
    look();
  });
}
