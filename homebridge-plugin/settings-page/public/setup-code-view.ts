import { element } from './element.ts';
import type { SetupCode } from './page-data.ts';
import { qrPicture } from './qr-picture.ts';
import type { Texts } from './texts.ts';

/** How a camera gets into the Home app: a code to scan, or what has to be done before there is one. */
export class SetupCodeView {
  readonly root = element('div', { class: 'setup' });
  readonly #texts: Texts;
  #shown = '';

  constructor(texts: Texts) {
    this.#texts = texts;
  }

  show(code: SetupCode): void {
    const key = JSON.stringify(code);
    if (key === this.#shown) return;
    this.#shown = key;
    this.root.replaceChildren(...this.#parts(code));
  }

  #parts({ how, pin, qr, isPaired }: SetupCode): Node[] {
    const texts = this.#texts;
    if (isPaired && how === 'itself') return [element('p', { class: 'paired' }, `✓ ${texts.paired}`)];
    if (how === 'bridge') return [element('p', {}, `${texts.withBridge} `, pinOf(pin))];
    if (!qr || pin === undefined) return [element('p', { class: 'muted' }, texts.saveFirst)];
    const words = element(
      'div',
      { class: 'setup-words' },
      element('p', {}, texts.scan),
      element('p', { class: 'muted' }, texts.orType),
      pinOf(pin),
    );
    return [qrPicture(qr, texts.qrLabel(pin)), words];
  }
}

function pinOf(pin: string | undefined): HTMLElement {
  return element('strong', { class: 'pin' }, pin ?? '');
}
