import { ask } from './homebridge.ts';
import type { BrokerFields, LocalCameraFields, PluginBlock } from './page-data.ts';

/** A new block of the plugin; `platform` is written by the Homebridge UI. */
const NEW_BLOCK: PluginBlock = { name: 'Picam' };

/** The plugin's settings as they stand in the page; the Homebridge UI writes them when its Save is pressed. */
export class SettingsBlock {
  #block: PluginBlock = NEW_BLOCK;
  #handleProblems: (problems: readonly string[]) => void;
  #checks = 0;

  constructor(handleProblems: (problems: readonly string[]) => void) {
    this.#handleProblems = handleProblems;
  }

  get current(): PluginBlock {
    return this.#block;
  }

  async open(): Promise<void> {
    const [first] = await window.homebridge.getPluginConfig();
    if (first) this.#block = first;
    else await window.homebridge.updatePluginConfig([this.#block]);
  }

  /** Taken over from the Homebridge UI's own form. */
  replace(block: PluginBlock): void {
    this.#block = block;
    void this.#check();
  }

  changeBroker(change: BrokerFields): void {
    this.#change({ broker: withoutEmpty({ ...this.#block.broker, ...change }) });
  }

  changeLocalCamera(change: LocalCameraFields): void {
    this.#change({ localCamera: withoutEmpty({ ...this.#block.localCamera, ...change }) });
  }

  #change(change: PluginBlock): void {
    this.#block = withoutEmpty({ ...this.#block, ...change });
    void window.homebridge.updatePluginConfig([this.#block]);
    void this.#check();
  }

  /** The plugin itself says whether it could read this. */
  async #check(): Promise<void> {
    this.#checks += 1;
    const mine = this.#checks;
    const { problems } = await ask<{ problems: string[] }>('/check', { config: this.#block });
    if (mine !== this.#checks) return;
    if (problems.length === 0) window.homebridge.enableSaveButton();
    else window.homebridge.disableSaveButton();
    this.#handleProblems(problems);
  }
}

/** What was cleared is not written down, so that the plugin's defaults hold. */
function withoutEmpty<Fields extends object>(fields: Fields): Fields {
  const entries = Object.entries(fields).filter(
    ([, value]) => value !== '' && value !== undefined && !isEmptyObject(value),
  );
  return Object.fromEntries(entries) as Fields;
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
