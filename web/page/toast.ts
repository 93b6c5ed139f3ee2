import { element } from './element.ts';

const SHOWN_MS = 5_000;

/** One line that says what has just happened, to eyes and to screen readers, and goes by itself. */
export class Toast {
  readonly root = element('p', { class: 'toast', role: 'status' });
  #timer: number | undefined;

  say(text: string): void {
    clearTimeout(this.#timer);
    this.root.textContent = text;
    this.#timer = setTimeout(() => this.close(), SHOWN_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.root.textContent = '';
  }
}
