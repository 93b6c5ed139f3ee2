import { Refusal, whepOf, WhepView } from './picam-live-view.ts';

const FRAME_CHECK_MS = 1_000;
/** After so long without a new picture the connection counts as lost. */
const LOST_MS = 5_000;
const FIRST_PICTURE_MS = 15_000;
const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

const STYLE = `
  :host { display: block; position: relative; aspect-ratio: 16 / 9; overflow: hidden; background: #000; color: #fff }
  :host([hidden]) { display: none }
  video { display: block; width: 100%; height: 100%; object-fit: contain }
  p { position: absolute; inset: auto 0 12%; width: fit-content; max-width: 90%; margin: 0 auto; padding: 6px 14px;
    border-radius: 10px; background: rgb(10 12 16 / 86%); font: 15px/1.4 system-ui, sans-serif; text-align: center }
  p:empty { display: none }`;

type State = 'connecting' | 'playing' | 'waiting' | 'ended';

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
    const view = new WhepView(whep, (this.getAttribute('token') ?? '').split('/').at(-1) ?? '');
    this.#view = view;
    this.#frames = 0;
    this.#lastFrameMs = performance.now();
    this.#tell('connecting');
    view
      .open((stream) => this.#show(stream))
      .then(
        () => this.#checkLater(view),
        (error: unknown) => this.#fail(view, error),
      );
  }

  /** Leaves the camera alone until `play`. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#view?.close();
    this.#view = undefined;
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

  #show(stream: MediaStream): void {
    const video = this.#video;
    if (!video) return;
    video.srcObject = stream;
    video.play().catch(() => {
      // With sound browsers let a video play only after a click.
      video.muted = true;
      video.play().catch(() => undefined);
    });
  }

  #checkLater(view: WhepView): void {
    if (this.#view !== view) return;
    this.#timer = setTimeout(() => {
      this.#check(view).then(
        () => this.#checkLater(view),
        (error: unknown) => this.#fail(view, error),
      );
    }, FRAME_CHECK_MS);
  }

  async #check(view: WhepView): Promise<void> {
    const frames = await view.framesDecoded();
    if (this.#view !== view) return;
    if (frames > this.#frames || document.hidden) {
      this.#frames = frames;
      this.#lastFrameMs = performance.now();
      if (this.state !== 'playing' && frames > 0) this.#tell('playing');
      this.#failures = 0;
    } else if (view.isOver && (await view.isStopped()))
      throw new Refusal('The camera has been stopped.', false);
    else if (view.isOver || performance.now() - this.#lastFrameMs > (frames > 0 ? LOST_MS : FIRST_PICTURE_MS))
      throw new Error('The connection was lost.');
  }

  #fail(view: WhepView, error: unknown): void {
    if (this.#view !== view) return;
    this.stop();
    const message = error instanceof Refusal ? error.message : 'No connection.';
    if (error instanceof Refusal && !error.mayRetry) {
      this.#tell('ended', message);
      return;
    }
    this.#tell('waiting', `${message} Trying again …`);
    const pauseMs = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.play(), pauseMs * (0.75 + Math.random() / 4));
  }

  #tell(state: State, message = ''): void {
    this.state = state;
    if (this.#message) this.#message.textContent = message;
    this.dispatchEvent(new CustomEvent('picam-state', { detail: { state, message } }));
  }
}

if (!customElements.get('picam-live')) customElements.define('picam-live', PicamLive);
