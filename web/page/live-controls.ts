import { shareButton } from './access-buttons.ts';
import type { Camera } from './api-client.ts';
import { element } from './element.ts';
import { CHART, EXPAND, PAUSE, PHOTO, PLAY, SMALL_WINDOW } from './icons.ts';
import { RecordButton } from './record-button.ts';
import { SoundButton } from './sound-button.ts';
import { TalkButton } from './talk-button.ts';
import { ToolButton } from './tool-button.ts';
import { canPopOut, popOut } from './video-actions.ts';

export interface LiveActions {
  readonly pauseOrPlay: () => void;
  readonly toggleStatistics: () => boolean;
  readonly savePicture: () => void;
  readonly goFullScreen: () => void;
  readonly leave: () => void;
  readonly say: (text: string) => void;
}

/** What can be done with a live picture: a row of buttons, and a key for each. */
export class LiveControls {
  readonly root = element('div', { class: 'controls', role: 'group', 'aria-label': 'What to do' });
  readonly #device: string;
  readonly #actions: LiveActions;
  readonly #pause: ToolButton;
  readonly #sound: SoundButton;
  readonly talk: TalkButton;
  readonly #record: RecordButton;
  readonly #statistics: ToolButton;
  readonly #popOut: ToolButton;
  readonly #buttons: readonly ToolButton[];

  constructor(device: string, video: HTMLVideoElement, actions: LiveActions) {
    this.#device = device;
    this.#actions = actions;
    this.#pause = new ToolButton(' ', { label: 'Pause', path: PAUSE }, actions.pauseOrPlay);
    this.#sound = new SoundButton(video);
    this.talk = new TalkButton(actions.say);
    this.#record = new RecordButton(device, actions.say);
    this.#statistics = new ToolButton('i', statisticsFace(false), () => this.#toggleStatistics());
    this.#popOut = new ToolButton(
      'p',
      { label: 'Picture in picture', path: SMALL_WINDOW },
      () => void popOut(video),
    );
    this.#buttons = [
      this.#pause,
      this.#sound.button,
      this.talk.button,
      this.#record.button,
      new ToolButton('s', { label: 'Save a picture', path: PHOTO }, actions.savePicture),
      this.#statistics,
      this.#popOut,
      new ToolButton('f', { label: 'Full screen', path: EXPAND }, actions.goFullScreen),
    ];
  }

  /** @param signal ends the listening to keys. */
  open(signal: AbortSignal): void {
    this.#popOut.root.hidden = !canPopOut();
    for (const { root } of [this.#sound.button, this.talk.button, this.#popOut])
      root.classList.add('live-only');
    this.#record.open();
    this.root.append(...this.#buttons.map(({ root }) => root), shareButton(this.#device));
    document.addEventListener('keydown', (event) => this.#handleKey(event), { signal });
  }

  show(camera: Camera | undefined): void {
    this.#sound.offer(camera?.audio === true);
    this.#record.show(camera);
  }

  showPaused(isPaused: boolean): void {
    this.#pause.show(isPaused ? { label: 'Play', path: PLAY } : { label: 'Pause', path: PAUSE });
  }

  #toggleStatistics(): void {
    this.#statistics.show(statisticsFace(this.#actions.toggleStatistics()));
  }

  #handleKey(event: KeyboardEvent): void {
    const { key, ctrlKey, metaKey, altKey, target } = event;
    if (ctrlKey || metaKey || altKey || event.defaultPrevented) return;
    // A dialog and what is typed into it have their own keys; so has a button or a link for the space bar.
    if (document.querySelector('dialog[open]')) return;
    if (key === ' ' && target instanceof Element && target.closest('button, a')) return;
    if (key === 'Escape') {
      if (!document.fullscreenElement) this.#actions.leave();
      return;
    }
    const button = this.#buttons.find((known) => known.key === key);
    if (!button || event.repeat) return;
    event.preventDefault();
    button.press();
  }
}

function statisticsFace(isPressed: boolean) {
  return { label: 'Statistics', path: CHART, isPressed };
}
