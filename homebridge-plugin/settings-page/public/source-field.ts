import { element } from './element.ts';
import { choice, field } from './field.ts';
import type { Texts } from './texts.ts';

type Kind = keyof Texts['sources'];

/** What is asked for besides the kind, with an example. */
const ADDRESSES: Partial<Record<Kind, string>> = {
  v4l2: '/dev/video0',
  rtsp: 'rtsp://192.168.1.7/stream1',
  file: '/home/pi/door.mp4',
};

/** Which camera: its kind, and where one is not enough, which of that kind. */
export class SourceField {
  readonly parts: readonly HTMLElement[];
  readonly #kind: HTMLSelectElement;
  readonly #address = element('input', { type: 'text', autocapitalize: 'off' });
  readonly #addressField: HTMLElement;

  constructor(texts: Texts) {
    this.#kind = choice(Object.entries(texts.sources));
    this.#addressField = field(texts.sourceAddress, this.#address, 'wide');
    this.parts = [field(texts.localSource, this.#kind, 'wide'), this.#addressField];
  }

  open(handleChange: () => void): void {
    this.#kind.addEventListener('change', () => {
      const example = ADDRESSES[this.#kind.value as Kind];
      this.#address.value = this.#kind.value === 'v4l2' ? (example ?? '') : '';
      this.#showAddress();
      handleChange();
    });
    this.#address.addEventListener('input', handleChange);
  }

  /** As in the configuration: `auto`, `v4l2:/dev/video0`, `rtsp://…`. */
  get value(): string {
    const kind = this.#kind.value as Kind;
    const address = this.#address.value.trim() || (ADDRESSES[kind] ?? '');
    if (kind === 'rtsp') return address;
    return kind in ADDRESSES ? `${kind}:${address}` : kind;
  }

  set value(source: string) {
    const [, kind = source, address = ''] = /^(v4l2|file|rpicam|picamera2):(.*)$/su.exec(source) ?? [];
    this.#kind.value = /^rtsps?:/u.test(source) ? 'rtsp' : kind;
    this.#address.value = this.#kind.value === 'rtsp' ? source : address;
    this.#showAddress();
  }

  #showAddress(): void {
    const example = ADDRESSES[this.#kind.value as Kind];
    this.#addressField.hidden = example === undefined;
    this.#address.placeholder = example ?? '';
  }
}
