import { element, icon } from './element.ts';
import { PLAY } from './icons.ts';
import type { LiveState } from './live-state.ts';
import { describePause, describeTrouble } from './messages.ts';
import type { ShownState } from './shown-state.ts';

export interface LiveNoticeActions {
  readonly playAgain: () => void;
  /** Called from a tap, which lets a browser play that otherwise would not. */
  readonly playVideo: () => void;
}

/** What lies over the picture while there is none: a spinner, or what is wrong and what to do. */
export class LiveNotice {
  readonly root = element('div', { class: 'notice', role: 'status', hidden: true });
  readonly #actions: LiveNoticeActions;
  readonly #pause = element('p', { class: 'pause', 'aria-live': 'off' });
  #shown = '';
  #timer: number | undefined;

  constructor(actions: LiveNoticeActions) {
    this.#actions = actions;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  show(state: ShownState, camera: string): void {
    const key = JSON.stringify([state, camera]);
    if (key === this.#shown) return;
    this.#shown = key;
    clearInterval(this.#timer);
    if (state.phase === 'connecting' && state.isRetry && !this.root.hidden) {
      // What is wrong stays to be read, and is not spoken anew, until it is known whether it still is.
      this.#pause.textContent = describePause(0);
      return;
    }
    this.root.hidden = state.phase === 'playing' || state.phase === 'delayed';
    this.root.classList.toggle('busy', state.phase === 'connecting');
    if (state.phase === 'connecting') this.root.replaceChildren(element('span', { class: 'spinner' }));
    else if (state.phase === 'refused') this.askForTap();
    else if (state.phase === 'paused') this.#showPaused();
    else if (state.phase === 'waiting') this.#showWaiting(state, camera);
    else if (state.phase === 'ended') this.#showEnded(state, camera);
  }

  askForTap(): void {
    this.root.hidden = false;
    this.root.classList.remove('busy');
    const button = this.#button('Play', () => {
      this.root.hidden = true;
      this.#actions.playVideo();
    });
    this.root.replaceChildren(element('h2', {}, 'Tap to play'), button);
  }

  #showPaused(): void {
    this.root.replaceChildren(element('h2', {}, 'Paused'), this.#button('Play', this.#actions.playAgain));
  }

  #showWaiting({ trouble, retryAtMs }: LiveState & { phase: 'waiting' }, camera: string): void {
    const { title, advice } = describeTrouble(trouble, camera);
    const count = () => (this.#pause.textContent = describePause(retryAtMs - performance.now()));
    count();
    this.#timer = setInterval(count, 500);
    const button = this.#button('Try now', this.#actions.playAgain);
    this.root.replaceChildren(element('h2', {}, title), element('p', {}, advice), this.#pause, button);
  }

  #showEnded({ trouble, canRetry }: LiveState & { phase: 'ended' }, camera: string): void {
    const { title, advice } = describeTrouble(trouble, camera);
    this.root.replaceChildren(element('h2', {}, title), element('p', {}, advice));
    if (canRetry) this.root.append(this.#button('Play again', this.#actions.playAgain));
  }

  #button(label: string, act: () => void): HTMLButtonElement {
    const button = element('button', { type: 'button', class: 'primary' }, icon(PLAY), label);
    button.addEventListener('click', act);
    return button;
  }
}
