import { element } from './element.ts';
import { LivePicture } from './live-picture.ts';
import type { FoundCamera, SetupCode } from './page-data.ts';
import { SetupCodeView } from './setup-code-view.ts';
import type { Texts } from './texts.ts';

/** One camera: its picture, its name, and how it gets into the Home app. */
export class CameraCard {
  readonly root: HTMLElement;
  readonly #texts: Texts;
  readonly #picture: LivePicture;
  readonly #code: SetupCodeView;
  readonly #name = element('h6', { class: 'camera-name' });
  readonly #badge = element('span', { class: 'badge' });

  constructor(camera: FoundCamera, texts: Texts) {
    this.#texts = texts;
    this.#picture = new LivePicture(camera, texts);
    this.#code = new SetupCodeView(texts);
    this.root = element('article', { class: 'camera', 'data-device': camera.device });
  }

  open(camera: FoundCamera, atOnce: boolean): void {
    const caption = element('div', { class: 'camera-caption' }, this.#name, this.#badge);
    const device = element('p', { class: 'muted device' }, camera.device);
    const words = element('div', { class: 'camera-words' }, caption, device, this.#code.root);
    this.root.append(this.#picture.root, words);
    this.#describe(camera);
    this.#picture.open(atOnce);
  }

  update(camera: FoundCamera): void {
    this.#describe(camera);
    this.#picture.update(camera);
  }

  showCode(code: SetupCode): void {
    this.#code.show(code);
  }

  close(): void {
    this.#picture.close();
    this.root.remove();
  }

  #describe({ name, readiness, failure }: FoundCamera): void {
    const shown = readiness === 'ready' && failure !== undefined ? 'failed' : readiness;
    this.#name.textContent = name;
    this.#badge.textContent = this.#texts.readiness[shown];
    this.#badge.dataset['readiness'] = shown;
  }
}
