import { element, icon } from './element.ts';
import { BACK } from './icons.ts';
import { describeState, describeViewers } from './messages.ts';
import type { ShownState } from './shown-state.ts';

/** The way back, the camera's name, and how it is. */
export class LiveHeading {
  readonly root = element('header', { class: 'bar' });
  readonly #title = element('h1', { tabindex: '-1' });
  readonly #state = element('span', { role: 'status' });
  readonly #viewers = element('span', { class: 'viewers' });

  open(name: string): void {
    const back = element(
      'a',
      { href: '#/', class: 'button', 'aria-label': 'All cameras', title: 'All cameras (Esc)' },
      icon(BACK),
    );
    const state = element('p', { class: 'state' }, this.#state, this.#viewers);
    this.root.append(back, element('div', { class: 'heading' }, this.#title, state));
    this.name(name);
  }

  focus(): void {
    this.#title.focus({ preventScroll: true });
  }

  name(name: string): void {
    // The same text anew would be spoken anew.
    if (this.#title.textContent !== name) this.#title.textContent = name;
  }

  /** @param viewers where the camera has told how many there are. */
  show(state: ShownState, viewers: number | undefined): void {
    const text = describeState(state);
    if (this.#state.textContent !== text) this.#state.textContent = text;
    const isLive = state.phase === 'playing' && viewers !== undefined;
    // Beside what is spoken: who comes and goes is nothing to interrupt somebody for.
    this.#viewers.textContent = isLive ? ` · ${describeViewers(Math.max(1, viewers))}` : '';
  }
}
