const SVG = 'http://www.w3.org/2000/svg';
/** Of light, which readers need around the code. */
const MARGIN = 4;

/** A QR code as a picture; always dark on light, or some readers see nothing. */
export function qrPicture(rows: readonly string[], label: string): SVGSVGElement {
  const size = rows.length + 2 * MARGIN;
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${String(size)} ${String(size)}`);
  svg.setAttribute('shape-rendering', 'crispEdges');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  svg.classList.add('qr');
  const dark = [...rows.entries()].flatMap(([y, row]) =>
    Array.from(row).flatMap((module, x) =>
      module === '1' ? [`M${String(x + MARGIN)} ${String(y + MARGIN)}h1v1h-1z`] : [],
    ),
  );
  const shape = document.createElementNS(SVG, 'path');
  shape.setAttribute('d', dark.join(''));
  svg.append(shape);
  return svg;
}
