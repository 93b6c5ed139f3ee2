import { HlsFallback } from './hls-fallback.ts';
import { hlsOf, Lost, Refusal, whepOf, WhepView } from './picam-live-view.ts';
import type { Trouble } from './trouble.ts';

const FRAME_CHECK_MS = 1_000;
/** After so long without a new picture the connection counts as lost. */
const LOST_MS = 5_000;
const FIRST_PICTURE_MS = 15_000;
const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** How much longer pauses are while HLS stands in: each attempt takes one of the camera's places for a while. */
const COVERED_PAUSE_FACTOR = 6;
const STOPPED = 'The camera has been stopped.';

const STYLE = `
  :host { display: block; position: relative; aspect-ratio: 16 / 9; overflow: hidden; background: #000; color: #fff }
  :host([hidden]) { display: none }
  video { display: block; width: 100%; height: 100%; object-fit: contain }
  .fallback { position: absolute; inset: 0; opacity: 0; pointer-events: none }
  .fallback.shown { opacity: 1 }
  p { position: absolute; inset: auto 0 12%; width: fit-content; max-width: 90%; margin: 0 auto; padding: 6px 14px;
    border-radius: 10px; background: rgb(10 12 16 / 86%); font: 15px/1.4 system-ui, sans-serif; text-align: center }
  p:empty { display: none }`;

/** `delayed`: by HLS, a few seconds late and without sound. */
type State = 'connecting' | 'playing' | 'delayed' | 'waiting' | 'ended';

/**
 * `<picam-live src="https://…/front-door">`: a live camera on anybody's page, of whatever origin.
 *
 * Attributes: `src`, the server's address with the camera's id behind it; `token`, where the server asks who watches – a
 * token, or a share link or what stands behind its `share/`; `muted` and `controls` as `<video>` has them. Tells
 * `picam-state` events, whose `detail` is `{ state, message }`; `::part(video)` and `::part(message)` can be styled.
 */
export class PicamLive extends HTMLElement {
  static readonly observedAttributes = ['src', 'token', 'muted', 'controls'];
  #video: HTMLVideoElement | undefined;
  #message: HTMLElement | undefined;
  #view: WhepView | undefined;
  #fallback: HlsFallback | undefined;
  #closing = new AbortController();
  #connection: { readonly state: State; readonly message: string } = { state: 'ended', message: '' };
  #failures = 0;
  #frames = 0;
  #lastFrameMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  state: State = 'ended';

  connectedCallback(): void {
    if (!this.#video) this.#build();
    this.play();
  }

  disconnectedCallback(): void {
    this.stop();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (!this.#video || before === after) return;
    this.#follow(this.#video);
    if (this.isConnected && (name === 'src' || name === 'token')) this.play();
  }

  /** Begins, or begins anew. */
  play(): void {
    this.stop();
    const whep = whepOf(this.getAttribute('src') ?? '', document.baseURI);
    if (!whep) {
      this.#tell('ended', 'src is no address of a camera, such as https://picam.example/front-door');
      return;
    }
    this.#openFallback(whep);
    this.#connect(whep);
  }

  /** Leaves the camera alone until `play`. */
  stop(): void {
    this.#leave();
    this.#closing.abort();
    this.#fallback?.video.remove();
    this.#fallback = undefined;
  }

  #leave(): void {
    clearTimeout(this.#timer);
    this.#view?.close();
    this.#view = undefined;
  }

  #openFallback(whep: URL): void {
    this.#fallback = new HlsFallback({
      url: hlsOf(whep).href,
      token: this.#token,
      onChange: (state) => (state === 'stopped' ? this.#endStopped() : this.#show()),
      onProgress: () => undefined,
    });
    this.#closing = new AbortController();
    this.#fallback.open(this.#closing.signal);
    this.#fallback.video.part.add('video');
    this.#video?.after(this.#fallback.video);
  }

  #connect(whep: URL): void {
    this.#leave();
    if (!('RTCPeerConnection' in globalThis)) {
      this.#fallback?.follow({ phase: 'ended', trouble: { kind: 'no-webrtc' }, canRetry: false });
      this.#tell('ended', 'This browser has no WebRTC.');
      return;
    }
    const view = new WhepView(whep, this.#token);
    this.#view = view;
    this.#frames = 0;
    this.#lastFrameMs = performance.now();
    this.#fallback?.follow({ phase: 'connecting', isRetry: this.#failures > 0 });
    this.#tell('connecting');
    view
      .open((stream) => this.#play(stream))
      .then(
        () => this.#checkLater(view, whep),
        (error: unknown) => this.#fail(view, whep, error),
      );
  }

  get #token(): string {
    return (this.getAttribute('token') ?? '').split('/').at(-1) ?? '';
  }

  #build(): void {
    const style = document.createElement('style');
    style.textContent = STYLE;
    const video = document.createElement('video');
    Object.assign(video, { autoplay: true, playsInline: true, part: 'video' });
    const message = document.createElement('p');
    message.part.add('message');
    message.role = 'status';
    this.#video = video;
    this.#message = message;
    this.#follow(video);
    this.attachShadow({ mode: 'open' }).append(style, video, message);
  }

  #follow(video: HTMLVideoElement): void {
    video.muted = this.hasAttribute('muted');
    video.controls = this.hasAttribute('controls');
    video.ariaLabel = this.ariaLabel ?? 'Live picture of a camera';
  }

  #play(stream: MediaStream): void {
    const video = this.#video;
    if (!video) return;
    video.srcObject = stream;
    video.play().catch(() => {
      // With sound browsers let a video play only after a click.
      video.muted = true;
      video.play().catch(() => undefined);
    });
  }

  #checkLater(view: WhepView, whep: URL): void {
    if (this.#view !== view) return;
    this.#timer = setTimeout(() => {
      this.#check(view).then(
        () => this.#checkLater(view, whep),
        (error: unknown) => this.#fail(view, whep, error),
      );
    }, FRAME_CHECK_MS);
  }

  async #check(view: WhepView): Promise<void> {
    const frames = await view.framesDecoded();
    if (this.#view !== view) return;
    if (frames > this.#frames || document.hidden) {
      this.#frames = frames;
      this.#lastFrameMs = performance.now();
      if (this.state !== 'playing' && frames > 0) this.#handlePicture();
      this.#failures = 0;
    } else if (view.isOver && (await view.isStopped())) throw new Refusal(STOPPED, false);
    else if (view.isOver || performance.now() - this.#lastFrameMs > (frames > 0 ? LOST_MS : FIRST_PICTURE_MS))
      throw new Lost('The connection was lost.');
  }

  #handlePicture(): void {
    this.#tell('playing');
    this.#fallback?.follow({ phase: 'playing' });
  }

  #fail(view: WhepView, whep: URL, error: unknown): void {
    if (this.#view !== view) return;
    this.#leave();
    this.#fallback?.follow({ phase: 'waiting', trouble: troubleOf(error, this.#frames > 0), retryAtMs: 0 });
    const message = error instanceof Refusal ? error.message : 'No connection.';
    if (error instanceof Refusal && !error.mayRetry) {
      this.#tell('ended', message);
      return;
    }
    this.#tell('waiting', `${message} Trying again …`);
    const pauseMs = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** this.#failures);
    const factor = this.#fallback?.isPlaying === true ? COVERED_PAUSE_FACTOR : 1;
    this.#failures += 1;
    this.#timer = setTimeout(() => this.#connect(whep), pauseMs * factor * (0.75 + Math.random() / 4));
  }

  #endStopped(): void {
    this.#leave();
    this.#fallback?.stop();
    this.#tell('ended', STOPPED);
  }

  #tell(state: State, message = ''): void {
    this.#connection = { state, message };
    this.#show();
  }

  #show(): void {
    const isLate = this.#fallback?.isPlaying === true && this.#connection.state !== 'playing';
    const { state, message } = isLate
      ? ({ state: 'delayed', message: 'A few seconds late' } as const)
      : this.#connection;
    const isNew = state !== this.state || message !== this.#message?.textContent;
    this.state = state;
    if (this.#message) this.#message.textContent = message;
    if (isNew) this.dispatchEvent(new CustomEvent('picam-state', { detail: { state, message } }));
  }
}

/** As far as it tells whether HLS would come through. */
function troubleOf(error: unknown, hasPlayed: boolean): Trouble {
  if (error instanceof Refusal) return { kind: 'refused', detail: error.message };
  if (!(error instanceof Lost)) return { kind: 'server-away' };
  return hasPlayed ? { kind: 'lost' } : { kind: 'ice-failed', usesTurn: false };
}

if (!customElements.get('picam-live')) customElements.define('picam-live', PicamLive);
