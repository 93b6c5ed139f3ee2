type Attributes = Readonly<Record<string, string | number>>;

export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const words = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(shorten(value))}"`);
  return `<${name}${words.join('')}>${children.join('')}</${name}>`;
}

export function text(content: string, attributes: Attributes): string {
  return element('text', attributes, escape(content));
}

export function group(className: string, ...children: readonly string[]): string {
  return element('g', { class: className }, ...children);
}

/** A picture that follows the reader's light or dark theme, for a page that shows it as an image. */
export function picture(
  width: number,
  height: number,
  description: string,
  children: readonly string[],
): string {
  const attributes = { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, role: 'img' };
  const head = [element('title', {}, escape(description)), element('style', {}, STYLE)];
  const background = element('rect', { class: 'paper', width, height, rx: 6 });
  return `${element('svg', { ...attributes, width, height }, ...head, background, '\n', children.join('\n'), '\n')}\n`;
}

/** Colours that people with any colour vision tell apart, on white as well as on black. */
export const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#999999', '#e69f00', '#56b4e9'];

const STYLE = `
svg { font: 13px system-ui, sans-serif; }
.paper { fill: #ffffff; }
text { fill: #1f2328; }
.heading { font-size: 16px; font-weight: 600; }
.quiet { fill: #59636e; }
.grid { stroke: #d1d9e0; }
@media (prefers-color-scheme: dark) {
  .paper { fill: #0d1117; }
  text { fill: #f0f6fc; }
  .quiet { fill: #9198a1; }
  .grid { stroke: #3d444d; }
}
`;

function shorten(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 10) / 10) : value;
}

function escape(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
