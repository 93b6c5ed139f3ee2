import { CameraCard } from './camera-card.ts';
import { element } from './element.ts';
import { ask } from './homebridge.ts';
import type { FoundCamera, Place, PluginBlock, SetupCode } from './page-data.ts';
import type { Texts } from './texts.ts';

/** More pictures at once than that are asked for one by one. */
const MOST_AT_ONCE = 4;
/** Pairing shows here soon after it happened. */
const CODES_INTERVAL_MS = 3_000;

/** The cameras of one place: those of the broker, or the one of this machine. */
export class CameraList {
  readonly root = element('div', { class: 'camera-list', hidden: true });
  readonly #place: Place;
  readonly #texts: Texts;
  readonly #block: () => PluginBlock;
  readonly #cards = new Map<string, CameraCard>();

  constructor(place: Place, texts: Texts, block: () => PluginBlock) {
    this.#place = place;
    this.#texts = texts;
    this.#block = block;
  }

  open(): void {
    setInterval(() => void this.refreshCodes(), CODES_INTERVAL_MS);
    addEventListener('pagehide', () => this.show([]));
  }

  show(cameras: readonly FoundCamera[]): void {
    const here = cameras.filter(({ place }) => place === this.#place);
    const wanted = new Map(here.map((camera) => [camera.device, camera]));
    for (const [device, card] of this.#cards) if (!wanted.has(device)) this.#remove(device, card);
    for (const [device, camera] of wanted) {
      const known = this.#cards.get(device);
      if (known) known.update(camera);
      else this.#add(camera);
    }
    this.root.hidden = this.#cards.size === 0;
    void this.refreshCodes();
  }

  async refreshCodes(): Promise<void> {
    const devices = [...this.#cards.keys()];
    if (devices.length === 0) return;
    try {
      const { codes } = await ask<{ codes: SetupCode[] }>('/codes', { config: this.#block(), devices });
      for (const code of codes) this.#cards.get(code.device)?.showCode(code);
    } catch {
      // With settings that are wrong just now there is no code to show; what is wrong is said above.
    }
  }

  #add(camera: FoundCamera): void {
    const card = new CameraCard(camera, this.#texts);
    this.#cards.set(camera.device, card);
    this.root.append(card.root);
    card.open(camera, camera.readiness === 'ready' && this.#cards.size <= MOST_AT_ONCE);
  }

  #remove(device: string, card: CameraCard): void {
    this.#cards.delete(device);
    card.close();
  }
}
