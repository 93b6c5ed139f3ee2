import { element, icon } from './element.ts';

export interface ToolFace {
  readonly label: string;
  readonly path: string;
  /** For one that is on or off. */
  readonly isPressed?: boolean;
}

/** A button with an icon in the bar of the live view, and the key that does the same. */
export class ToolButton {
  readonly root = element('button', { type: 'button', class: 'button' });
  readonly #act: () => void;
  readonly #keyName: string;
  readonly key: string;
  #shown = '';

  /** @param key as keyboard events name it */
  constructor(key: string, face: ToolFace, act: () => void) {
    this.key = key;
    this.#keyName = key === ' ' ? 'Space' : key;
    this.#act = act;
    this.show(face);
    this.root.addEventListener('click', act);
    this.root.setAttribute('aria-keyshortcuts', this.#keyName);
  }

  /** Leaves it alone where nothing changed, so that screen readers do not speak it again. */
  show(face: ToolFace): void {
    const { label, path, isPressed } = face;
    if (JSON.stringify(face) === this.#shown) return;
    this.#shown = JSON.stringify(face);
    this.root.setAttribute('aria-label', label);
    this.root.title = `${label} (${this.#keyName})`;
    if (isPressed !== undefined) this.root.setAttribute('aria-pressed', String(isPressed));
    this.root.replaceChildren(icon(path));
  }

  /** As a click does, unless the button is not there. */
  press(): void {
    if (this.root.getClientRects().length > 0) this.#act();
  }
}
