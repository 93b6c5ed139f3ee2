import { LIVE } from './icons.ts';
import { ToolButton } from './tool-button.ts';

const KEPT_AS = 'picam-live-tiles';

/**
 * Whether the grid's tiles are live, as this browser was told last. Off at first: a camera that nobody looks at closely
 * need not run, and a tile shows a new picture every few seconds all the same.
 */
export class LiveTilesSwitch {
  readonly button: ToolButton;
  readonly #onChange: () => void;
  isOn = isKeptOn();

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.button = new ToolButton('l', faceOf(this.isOn), () => this.#toggle());
  }

  /** @param signal ends the listening to keys. */
  open(signal: AbortSignal): void {
    document.addEventListener(
      'keydown',
      ({ key, ctrlKey, metaKey, altKey }) => {
        if (key === 'l' && !ctrlKey && !metaKey && !altKey) this.button.press();
      },
      { signal },
    );
  }

  #toggle(): void {
    this.isOn = !this.isOn;
    this.button.show(faceOf(this.isOn));
    keep(this.isOn);
    this.#onChange();
  }
}

function faceOf(isPressed: boolean) {
  return { label: 'Live tiles', path: LIVE, isPressed };
}

function isKeptOn(): boolean {
  try {
    return localStorage.getItem(KEPT_AS) === 'on';
  } catch {
    // This browser keeps nothing.
    return false;
  }
}

function keep(isOn: boolean): void {
  try {
    localStorage.setItem(KEPT_AS, isOn ? 'on' : 'off');
  } catch {
    // It holds until the page is left.
  }
}
