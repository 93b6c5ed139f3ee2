import { element } from './element.ts';
import { field, notice } from './field.ts';
import { ask } from './homebridge.ts';
import type { BrokerFields, FoundCamera, SearchResult } from './page-data.ts';
import type { SettingsBlock } from './settings-block.ts';
import type { Texts } from './texts.ts';

/** After the last key, so that not every letter is looked up in the network. */
const TYPING_PAUSE_MS = 500;
const DEFAULT_ADDRESS = 'mqtt://127.0.0.1:1883';
const ADDRESS = /^(?:mqtts?|wss?):\/\/[^/\s:]+(?::\d+)?(?:\/\S*)?$/u;

export interface BrokerSectionOptions {
  readonly texts: Texts;
  readonly block: SettingsBlock;
  /** The cards of the cameras that were found. */
  readonly cameras: HTMLElement;
  readonly handleCameras: (cameras: readonly FoundCamera[]) => void;
}

/** Where cameras of the network are found: looks while the address is typed, and says how it went. */
export class BrokerSection {
  readonly root = element('section', { class: 'card card-body' });
  readonly #options: BrokerSectionOptions;
  readonly #url = element('input', { type: 'text', inputmode: 'url', placeholder: DEFAULT_ADDRESS });
  readonly #username = element('input', { type: 'text', autocapitalize: 'off' });
  readonly #password = element('input', { type: 'password', autocomplete: 'off' });
  readonly #state = element('div', { class: 'broker-state', role: 'status' });
  #timer: ReturnType<typeof setTimeout> | undefined;
  #connectedTo: string | undefined;

  constructor(options: BrokerSectionOptions) {
    this.#options = options;
  }

  open(): void {
    const { texts, cameras } = this.#options;
    for (const input of [this.#url, this.#username, this.#password]) {
      input.setAttribute('autocorrect', 'off');
      input.spellcheck = false;
      input.addEventListener('input', () => this.#handleTyping());
    }
    this.#username.placeholder = this.#password.placeholder = texts.onlyIfAsked;
    this.#fill();
    this.root.append(
      element('h5', {}, texts.networkTitle),
      element('p', { class: 'muted' }, texts.networkHelp),
      element(
        'div',
        { class: 'fields' },
        field(texts.address, this.#url, 'wide'),
        field(texts.username, this.#username, 'half'),
        field(texts.password, this.#password, 'half'),
      ),
      this.#state,
      cameras,
    );
    void this.search();
  }

  /** Something besides the fields has changed what has to be looked for. */
  refresh(): void {
    this.#fill();
    void this.search();
  }

  /** Cameras come and go while the page is open. */
  showCount(count: number): void {
    if (this.#connectedTo !== undefined) this.#showConnected(this.#connectedTo, count);
  }

  async search(): Promise<void> {
    const { texts, block, handleCameras } = this.#options;
    const { prefix, localCamera } = block.current;
    const broker: BrokerFields = { ...block.current.broker };
    const url = broker.url ?? (localCamera?.enabled === true ? undefined : DEFAULT_ADDRESS);
    this.#connectedTo = undefined;
    handleCameras([]);
    if (url === undefined) {
      this.#showHint(texts.noBroker);
      await ask('/end-search').catch(() => undefined);
      return;
    }
    if (!ADDRESS.test(url)) {
      this.#showProblem('address-incomplete', '');
      return;
    }
    this.#state.replaceChildren(notice('busy', texts.searching));
    try {
      this.#show(await ask<SearchResult>('/search', { broker: { ...broker, url }, prefix }));
    } catch (error) {
      this.#showProblem('', error instanceof Error ? error.message : String(error));
    }
  }

  #show(result: SearchResult): void {
    if (result.kind === 'superseded') return;
    if (result.kind === 'unusable') {
      if (this.#url.value === '') this.#showHint(this.#options.texts.nobodyHere);
      else this.#showProblem(result.why, result.message);
      return;
    }
    this.#connectedTo = result.url;
    this.#showConnected(result.url, result.cameras.length);
    this.#options.handleCameras(result.cameras);
  }

  #showConnected(url: string, count: number): void {
    const { texts } = this.#options;
    const found =
      count > 0
        ? notice('good', texts.found(count))
        : notice('doubtful', texts.noneFound, element('p', {}, texts.noneFoundAdvice));
    this.#state.replaceChildren(notice('good', texts.connected(url)), found);
  }

  #showProblem(kind: string, message: string): void {
    const { texts } = this.#options;
    const [title, advice] = texts.problems[kind] ?? [texts.otherProblem, message];
    this.#state.replaceChildren(notice('bad', title, element('p', {}, advice)));
  }

  #showHint(text: string): void {
    this.#state.replaceChildren(element('p', { class: 'muted' }, text));
  }

  #fill(): void {
    const { url = '', username = '', password = '' } = this.#options.block.current.broker ?? {};
    this.#url.value = url;
    this.#username.value = username;
    this.#password.value = password;
  }

  #handleTyping(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#options.block.changeBroker({
        url: withProtocol(this.#url.value.trim()),
        username: this.#username.value,
        password: this.#password.value,
      });
      void this.search();
    }, TYPING_PAUSE_MS);
  }
}

/** `192.168.1.5` is what people know. */
function withProtocol(text: string): string {
  return text === '' || text.includes('://') ? text : `mqtt://${text}`;
}
