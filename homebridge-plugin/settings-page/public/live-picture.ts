import { element } from './element.ts';
import { LiveConnection, ViewError } from './live-connection.ts';
import type { FoundCamera } from './page-data.ts';
import type { Texts } from './texts.ts';

/** Of the contract: the camera is there and does not run. */
const NO_PICTURES = 'not_live';

/** The live picture of one camera, and where there is none, why, with a button to try again. */
export class LivePicture {
  readonly root = element('div', { class: 'picture' });
  readonly #texts: Texts;
  readonly #video = element('video', { autoplay: true, playsinline: true });
  readonly #words = element('p', { class: 'picture-words', role: 'status' });
  readonly #details = element('p', { class: 'picture-details' });
  readonly #button = element('button', { type: 'button', class: 'btn btn-primary btn-sm', hidden: true });
  #connection: LiveConnection | undefined;
  #camera: FoundCamera;

  constructor(camera: FoundCamera, texts: Texts) {
    this.#camera = camera;
    this.#texts = texts;
  }

  /** @param atOnce false waits for a click, so that many cameras are not all turned on. */
  open(atOnce: boolean): void {
    this.#video.muted = true;
    this.#button.addEventListener('click', () => void this.#play());
    this.root.append(
      this.#video,
      element('div', { class: 'picture-notice' }, this.#words, this.#details, this.#button),
    );
    this.#video.setAttribute('aria-label', this.#camera.name);
    if (this.#camera.readiness !== 'ready') this.#fail(absence(this.#camera));
    else if (atOnce) void this.#play();
    else this.#offer(this.#texts.show);
  }

  /** A camera that has come back is shown again; one that has gone or failed stands still. */
  update(camera: FoundCamera): void {
    const before = this.#camera;
    this.#camera = camera;
    if (before.readiness === camera.readiness) {
      const { failure } = camera;
      if (failure !== undefined && failure !== before.failure)
        this.#fail(new ViewError(NO_PICTURES, failure));
    } else if (camera.readiness === 'ready') void this.#play();
    else this.#fail(absence(camera));
  }

  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
    this.root.remove();
  }

  async #play(): Promise<void> {
    this.#connection?.close();
    const connection = new LiveConnection(this.#camera, this.#video);
    this.#connection = connection;
    this.#button.hidden = true;
    this.#say(this.#texts.connecting);
    try {
      await connection.open();
      if (connection === this.#connection) this.#say('');
    } catch (error) {
      if (connection === this.#connection) this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#connection?.close();
    this.#connection = undefined;
    const { code, message } = error instanceof ViewError ? error : new ViewError('internal', String(error));
    this.#offer(this.#texts.again);
    this.#say(this.#texts.viewProblems[code] ?? message);
    if (code === NO_PICTURES) this.#details.textContent = message;
  }

  #offer(label: string): void {
    this.#button.textContent = label;
    this.#button.hidden = false;
  }

  #say(text: string): void {
    this.#words.textContent = text;
    this.#details.textContent = '';
    this.root.dataset['playing'] = String(text === '' && this.#button.hidden);
  }
}

function absence({ readiness }: FoundCamera): ViewError {
  return new ViewError(readiness === 'private' ? 'forbidden' : 'offline');
}
