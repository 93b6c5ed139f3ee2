// Draws the pictures that Apple Home's tiles show when a camera gives none: SVG, rendered by Chromium, kept as JPEG.
// Run it by hand after a change here: node development/draw-placeholders.ts
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const FOLDER = new URL('../homebridge-plugin/pictures/', import.meta.url);
const CHROMIUM = process.env['PICAM_CHROMIUM'] ?? '/usr/bin/chromium';
const JPEG_QUALITY = 88;

const SIZES = [
  { width: 1280, height: 720 },
  { width: 320, height: 180 },
] as const;

const PICTURES = [
  {
    name: 'offline',
    title: 'Offline',
    accent: '#8f98a3',
    mark: '<path d="M-150 -130 L150 130" stroke-width="16"/>',
  },
  {
    name: 'private',
    title: 'Turned off',
    accent: '#a99bd1',
    mark: '<path d="M-64 -6 H4 V52 H-64 Z M-52 -6 V-24 A22 22 0 0 1 -8 -24 V-6" stroke-width="11"/>',
  },
  {
    name: 'starting',
    title: 'Starting …',
    accent: '#8ab4d8',
    mark: '<path d="M-30 -38 V0 L0 20"/>',
  },
  {
    name: 'unavailable',
    title: 'No picture',
    accent: '#d3a15e',
    mark: '<path d="M-30 -38 V10 M-30 40 V41" stroke-width="14"/>',
  },
] as const;

/** A camera seen from the side, with a mark on it. */
function svg({ title, accent, mark }: (typeof PICTURES)[number]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1280 720" width="100%" height="100%">
    <defs><radialGradient id="ground" cx="50%" cy="42%" r="75%">
      <stop offset="0" stop-color="#2b3138"/><stop offset="1" stop-color="#14171b"/>
    </radialGradient></defs>
    <rect width="1280" height="720" fill="url(#ground)"/>
    <g transform="translate(640 290)" fill="none" stroke="${accent}" stroke-width="12" stroke-linecap="round" stroke-linejoin="round">
      <rect x="-150" y="-100" width="240" height="200" rx="34"/>
      <path d="M90 -30 L160 -78 V78 L90 30"/>
      ${mark}
    </g>
    <text x="640" y="548" text-anchor="middle" font-family="DejaVu Sans, sans-serif" font-size="84" fill="#e8ebee">${title}</text>
  </svg>`;
}

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
try {
  for (const size of SIZES) {
    const page = await browser.newPage({ viewport: size });
    for (const picture of PICTURES) {
      await page.setContent(`<style>body{margin:0;height:100vh}svg{display:block}</style>${svg(picture)}`);
      const file = fileURLToPath(new URL(`${picture.name}-${size.width}x${size.height}.jpg`, FOLDER));
      writeFileSync(file, await page.screenshot({ type: 'jpeg', quality: JPEG_QUALITY }));
      console.log(file);
    }
    await page.close();
  }
} finally {
  await browser.close();
}
