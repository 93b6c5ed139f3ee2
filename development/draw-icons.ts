// Draws the icons by which phones and desktops show the installed page, from the one in SVG, by Chromium.
// Run it by hand after a change of web/page/icon.svg: node development/draw-icons.ts
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const FOLDER = new URL('../web/page/', import.meta.url);
const CHROMIUM = process.env['PICAM_CHROMIUM'] ?? '/usr/bin/chromium';
/** Systems cut their own shape out of one that fills its square, and leave at least the inner 80 %. */
const FILLED = { background: '#d6204e', share: 0.86 };
const AS_IT_IS = { background: 'transparent', share: 1 };

const ICONS = [
  { name: 'icon-192', size: 192, ...AS_IT_IS },
  { name: 'icon-512', size: 512, ...AS_IT_IS },
  { name: 'icon-maskable-512', size: 512, ...FILLED },
  { name: 'icon-apple-180', size: 180, ...FILLED },
] as const;

const drawing = readFileSync(new URL('icon.svg', FOLDER), 'utf8');
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
try {
  for (const { name, size, background, share } of ICONS) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const side = Math.round(size * share);
    await page.setContent(
      `<style>body{margin:0;height:100vh;display:grid;place-items:center;background:${background}}svg{width:${side}px;height:${side}px}</style>${drawing}`,
    );
    const path = fileURLToPath(new URL(`${name}.png`, FOLDER));
    await page.screenshot({ path, omitBackground: true });
    console.log(path);
    await page.close();
  }
} finally {
  await browser.close();
}
