import { doctorWords } from './doctor-words.ts';
import { element } from './element.ts';
import { notice } from './field.ts';
import { ask } from './homebridge.ts';
import type { Finding, PluginBlock } from './page-data.ts';
import type { Texts } from './texts.ts';

/** What `picam doctor` says about this machine. */
export class DoctorReport {
  readonly root = element('div', { class: 'doctor', role: 'status' });
  readonly #texts: Texts;
  readonly #block: () => PluginBlock;
  #examinations = 0;

  constructor(texts: Texts, block: () => PluginBlock) {
    this.#texts = texts;
    this.#block = block;
  }

  async examine(): Promise<void> {
    this.#examinations += 1;
    const mine = this.#examinations;
    this.root.replaceChildren(notice('busy', this.#texts.checking));
    try {
      const { findings } = await ask<{ findings: Finding[] }>('/doctor', { config: this.#block() });
      if (mine === this.#examinations) this.root.replaceChildren(...this.#parts(findings));
    } catch (error) {
      if (mine !== this.#examinations) return;
      const words = error instanceof Error ? error.message : String(error);
      this.root.replaceChildren(
        notice('bad', this.#texts.checkTitle, element('p', {}, words)),
        this.#again(),
      );
    }
  }

  #parts(findings: readonly Finding[]): Node[] {
    const texts = this.#texts;
    const open = findings.filter(({ state }) => state !== 'good');
    if (open.length === 0) return [notice('good', texts.allGood)];
    const isBad = open.some(({ state }) => state === 'bad');
    const list = element('ul', {}, ...open.map((finding) => this.#item(finding)));
    const summary = notice(isBad ? 'bad' : 'doubtful', isBad ? texts.cannotWork : texts.canWork, list);
    return [summary, this.#again()];
  }

  #item({ about, found, remedy = '' }: Finding): HTMLElement {
    const [first = '', ...more] = linesOf(found).map((line) => this.#say(line));
    const steps = linesOf(remedy).flatMap((step) => linesOf(this.#say(step)));
    return element(
      'li',
      {},
      element('span', {}, element('strong', {}, this.#say(about)), `: ${first}`),
      ...more.map((line) => element('span', { class: 'muted' }, line)),
      ...steps.map((step) => element(isCommand(step) ? 'code' : 'span', {}, step)),
    );
  }

  #say(said: string): string {
    return doctorWords(this.#texts.doctor, said) ?? said;
  }

  #again(): HTMLElement {
    const button = element(
      'button',
      { type: 'button', class: 'btn btn-elegant btn-sm' },
      this.#texts.checkAgain,
    );
    button.addEventListener('click', () => void this.examine());
    return button;
  }
}

/** Steps are either words or what to type as it is. */
function isCommand(step: string): boolean {
  return /^(?:sudo|ls|apt|picam) [^,;]*$/u.test(step);
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
