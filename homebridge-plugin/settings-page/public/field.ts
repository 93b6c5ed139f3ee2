import { element } from './element.ts';

type Input = HTMLInputElement | HTMLSelectElement;

let fields = 0;

/** A label and what it is for, tied together for screen readers. */
export function field(label: string, input: Input, size: 'third' | 'half' | 'wide' = 'third'): HTMLElement {
  fields += 1;
  input.id = `picam-field-${String(fields)}`;
  input.classList.add(input instanceof HTMLSelectElement ? 'form-select' : 'form-control');
  return element('div', { class: `field ${size}` }, element('label', { for: input.id }, label), input);
}

export function choice(options: readonly (readonly [value: string, label: string])[]): HTMLSelectElement {
  const made = options.map(([value, label]) => element('option', { value }, label));
  return element('select', {}, ...made);
}

/** A switch with its words beside it. */
export function toggle(label: string, input: HTMLInputElement): HTMLElement {
  fields += 1;
  input.id = `picam-field-${String(fields)}`;
  input.classList.add('form-check-input');
  const words = element('label', { class: 'form-check-label', for: input.id }, label);
  return element('div', { class: 'form-check form-switch' }, input, words);
}

/** Words about how something stands, with the colour that belongs to it. */
export function notice(
  kind: 'busy' | 'good' | 'doubtful' | 'bad',
  title: string,
  ...more: (Node | string)[]
): HTMLElement {
  const sign = { busy: '…', good: '✓', doubtful: '!', bad: '✗' }[kind];
  const words = element('div', {}, element('strong', {}, title), ...more);
  return element('div', { class: `notice notice-${kind}` }, element('span', { class: 'sign' }, sign), words);
}
