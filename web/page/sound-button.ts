import { SOUND, SOUND_OFF } from './icons.ts';
import { ToolButton } from './tool-button.ts';

/** Turns a video's sound on and off. Hidden until there is some. */
export class SoundButton {
  readonly button: ToolButton;
  readonly #video: HTMLVideoElement;

  /** @param video muted, as only a muted one may play by itself. */
  constructor(video: HTMLVideoElement) {
    this.#video = video;
    this.button = new ToolButton('m', this.#face(), () => (video.muted = !video.muted));
    this.button.root.hidden = true;
    video.addEventListener('volumechange', () => this.button.show(this.#face()));
  }

  /** Without sound there is nothing to turn on. */
  offer(hasSound: boolean): void {
    this.button.root.hidden = !hasSound;
  }

  #face() {
    const { muted } = this.#video;
    return { label: 'Sound', path: muted ? SOUND_OFF : SOUND, isPressed: !muted };
  }
}
