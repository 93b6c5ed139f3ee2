import { MICROPHONE } from './icons.ts';
import { ToolButton } from './tool-button.ts';

const NO_ACCESS = 'The browser does not let this page use the microphone; its settings for this page say so.';
const NO_MICROPHONE = 'This device has no microphone.';
const NOT_SECURE = 'Browsers give a page the microphone only over HTTPS, or on the machine itself.';
const FAILED = 'The microphone does not work.';

/** Lets who watches talk through the camera's loudspeaker. Hidden until there is one; off until it is pressed. */
export class TalkButton {
  readonly button: ToolButton;
  readonly #say: (text: string) => void;
  #peer: RTCPeerConnection | undefined;
  #track: MediaStreamTrack | undefined;
  /** Each press that turns it on is another. */
  #wish: symbol | undefined;

  /** @param say tells what is wrong. */
  constructor(say: (text: string) => void) {
    this.#say = say;
    this.button = new ToolButton('t', face(false), () => void this.#toggle());
    this.button.root.hidden = true;
  }

  /** Takes the place of the connection before. Whoever talks goes on with it as soon as it is there. */
  attach(peer: RTCPeerConnection): void {
    this.#peer = peer;
    peer.addEventListener('connectionstatechange', () => {
      if (this.#peer === peer && peer.connectionState === 'connected') this.#offer(peer);
    });
    if (peer.connectionState === 'connected') this.#offer(peer);
  }

  /** The browser shows no longer that it listens. */
  stop(): void {
    this.#wish = undefined;
    this.#track?.stop();
    this.#track = undefined;
    void senderOf(this.#peer)?.replaceTrack(null);
    this.button.show(face(false));
  }

  #offer(peer: RTCPeerConnection): void {
    const sender = senderOf(peer);
    this.button.root.hidden = sender === undefined;
    if (!sender) this.stop();
    else if (this.#track) void sender.replaceTrack(this.#track);
  }

  async #toggle(): Promise<void> {
    if (this.#wish) {
      this.stop();
      return;
    }
    const wish = Symbol('talk');
    this.#wish = wish;
    try {
      await this.#start(wish);
    } catch (error) {
      if (this.#wish !== wish) return;
      this.stop();
      this.#say(wordsFor(error));
    }
  }

  async #start(wish: symbol): Promise<void> {
    if (!isSecureContext) throw new DOMException(NOT_SECURE, 'SecurityError');
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const [track] = stream.getAudioTracks();
    // It was pressed again, or the view ended, while the browser asked.
    if (this.#wish !== wish) {
      track?.stop();
      return;
    }
    this.#track = track;
    // The device was unplugged, or the permission taken back.
    track?.addEventListener('ended', () => this.#track === track && this.stop());
    await senderOf(this.#peer)?.replaceTrack(track ?? null);
    if (this.#wish === wish) this.button.show(face(true));
  }
}

/** Where the camera takes a voice; undefined when it has no loudspeaker. */
function senderOf(peer: RTCPeerConnection | undefined): RTCRtpSender | undefined {
  const isTaken = ({ receiver, currentDirection }: RTCRtpTransceiver) =>
    receiver.track.kind === 'audio' && (currentDirection === 'sendrecv' || currentDirection === 'sendonly');
  return peer?.getTransceivers().find(isTaken)?.sender;
}

function face(isPressed: boolean) {
  return { label: 'Talk', path: MICROPHONE, isPressed };
}

function wordsFor(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'SecurityError') return NOT_SECURE;
  if (name === 'NotAllowedError') return NO_ACCESS;
  return name === 'NotFoundError' ? NO_MICROPHONE : FAILED;
}
