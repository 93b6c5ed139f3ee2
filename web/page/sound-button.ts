import { element, icon } from './element.ts';
import { SOUND, SOUND_OFF } from './icons.ts';

/** Turns a video's sound on and off. Hidden until there is some. */
export class SoundButton {
  readonly root = element('button', {
    type: 'button',
    class: 'button',
    'aria-label': 'Sound',
    'aria-keyshortcuts': 'm',
    hidden: true,
  });
  readonly #video: HTMLVideoElement;

  /** @param video muted, as only a muted one may play by itself. */
  constructor(video: HTMLVideoElement) {
    this.#video = video;
    this.root.addEventListener('click', () => this.toggle());
    video.addEventListener('volumechange', () => this.#show());
    this.#show();
  }

  /** Without sound there is nothing to turn on. */
  offer(hasSound: boolean): void {
    this.root.hidden = !hasSound;
  }

  toggle(): void {
    if (!this.root.hidden) this.#video.muted = !this.#video.muted;
  }

  #show(): void {
    const { muted } = this.#video;
    this.root.setAttribute('aria-pressed', String(!muted));
    this.root.title = muted ? 'Turn the sound on (m)' : 'Turn the sound off (m)';
    this.root.replaceChildren(icon(muted ? SOUND_OFF : SOUND));
  }
}
