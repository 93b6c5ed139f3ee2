import { DoctorReport } from './doctor-report.ts';
import { element } from './element.ts';
import { choice, field, notice, toggle } from './field.ts';
import { ask } from './homebridge.ts';
import type { SettingsBlock } from './settings-block.ts';
import { SourceField } from './source-field.ts';
import type { Texts } from './texts.ts';

/** A camera takes longer to start than a search. */
const TYPING_PAUSE_MS = 800;
const SIZES = ['640x360', '640x480', '1280x720', '1920x1080'];
const RATES = ['10', '15', '25', '30', '60'];

export interface LocalSectionOptions {
  readonly texts: Texts;
  readonly block: SettingsBlock;
  /** The card of the camera. */
  readonly cameras: HTMLElement;
  /** The camera has been turned on or off, which decides what else has to be looked for. */
  readonly handleToggle: () => void;
  /** The camera on the screen is no longer the one in the form. */
  readonly handleRestart: () => void;
}

/** The camera of the machine that Homebridge runs on: shown as soon as it is wanted, before anything is saved. */
export class LocalSection {
  readonly root = element('section', { class: 'card card-body' });
  readonly #options: LocalSectionOptions;
  readonly #enabled = element('input', { type: 'checkbox', role: 'switch' });
  readonly #name = element('input', { type: 'text', maxlength: '64' });
  readonly #source: SourceField;
  readonly #size = choice(SIZES.map((size) => [size, size.replace('x', ' × ')]));
  readonly #rate = choice(RATES.map((rate) => [rate, rate]));
  readonly #bitrate = element('input', { type: 'number', min: '300', max: '20000', step: '100' });
  readonly #state = element('div', { role: 'status' });
  readonly #doctor: DoctorReport;
  readonly #details = element('div', { class: 'local-details', hidden: true });
  #timer: ReturnType<typeof setTimeout> | undefined;
  #starts = 0;

  constructor(options: LocalSectionOptions) {
    this.#options = options;
    this.#source = new SourceField(options.texts);
    this.#doctor = new DoctorReport(options.texts, () => options.block.current);
  }

  open(): void {
    const { texts, cameras } = this.#options;
    this.#fill();
    this.#details.append(this.#state, cameras, this.#fields(), this.#doctor.root);
    this.root.append(
      element('h5', {}, texts.localTitle),
      toggle(texts.localSwitch, this.#enabled),
      element('p', { class: 'muted' }, texts.localHelp),
      this.#details,
    );
    this.#enabled.addEventListener('change', () => this.#handleToggle());
    this.#source.open(() => this.#handleChange());
    for (const input of [this.#name, this.#size, this.#rate, this.#bitrate])
      input.addEventListener('input', () => this.#handleChange());
    this.#begin();
  }

  refresh(): void {
    this.#fill();
    this.#begin();
  }

  #fields(): HTMLElement {
    const { texts } = this.#options;
    return element(
      'div',
      { class: 'fields' },
      field(texts.localName, this.#name, 'wide'),
      ...this.#source.parts,
      field(texts.localSize, this.#size),
      field(texts.localRate, this.#rate),
      field(texts.localBitrate, this.#bitrate),
    );
  }

  #handleToggle(): void {
    const { block, handleToggle } = this.#options;
    block.changeLocalCamera({ enabled: this.#enabled.checked });
    this.#begin();
    handleToggle();
  }

  #handleChange(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#options.block.changeLocalCamera({
        name: this.#name.value.trim(),
        source: this.#source.value,
        size: this.#size.value,
        fps: Number(this.#rate.value),
        bitrateKbps: Number(this.#bitrate.value),
      });
      this.#begin();
    }, TYPING_PAUSE_MS);
  }

  #begin(): void {
    this.#details.hidden = !this.#enabled.checked;
    if (this.#enabled.checked) {
      void this.#doctor.examine();
      void this.#show();
    } else {
      this.#starts += 1;
      ask('/end-local-camera').catch(() => undefined);
    }
    this.#options.handleRestart();
  }

  async #show(): Promise<void> {
    const { texts, block } = this.#options;
    this.#starts += 1;
    const mine = this.#starts;
    this.#state.replaceChildren(notice('busy', texts.starting));
    try {
      const { isSaved } = await ask<{ isSaved: boolean }>('/local-camera', { config: block.current });
      if (mine !== this.#starts) return;
      this.#state.replaceChildren(...(isSaved ? [element('p', { class: 'muted' }, texts.savedCamera)] : []));
    } catch (error) {
      if (mine !== this.#starts) return;
      this.#state.replaceChildren(notice('bad', error instanceof Error ? error.message : String(error)));
    }
  }

  #fill(): void {
    const camera = this.#options.block.current.localCamera ?? {};
    this.#enabled.checked = camera.enabled === true;
    this.#name.value = camera.name ?? '';
    this.#name.placeholder = 'Camera';
    this.#source.value = camera.source ?? 'auto';
    this.#size.value = camera.size ?? '1280x720';
    this.#rate.value = String(camera.fps ?? 30);
    this.#bitrate.value = String(camera.bitrateKbps ?? 2_000);
  }
}
