import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';

export const SCREENS = {
  desktop: { width: 1200, height: 900 },
  phone: { width: 390, height: 844 },
} as const;
export type Screen = keyof typeof SCREENS;

/**
 * Keeps a picture of the page on each screen, for eyes to look at: `npm run screenshots` says where to, and without it
 * nothing is done.
 * @param shown what the picture is about; it is scrolled into sight.
 */
export async function keepPictures(page: Page, name: string, shown: Locator): Promise<void> {
  const folder = process.env['PICAM_SCREENSHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  const before = page.viewportSize();
  for (const [screen, size] of Object.entries(SCREENS)) {
    await page.setViewportSize(size);
    await shown.evaluate(bringIntoSight);
    await page.screenshot({ path: join(folder, `${name}-${screen}.png`) });
  }
  if (before) await page.setViewportSize(before);
}

/* What follows runs inside the browser; the compiler of the tests knows no DOM. */

interface Shown {
  scrollIntoView(options: { readonly block: 'center' }): void;
}

/** The frame around the page grows and shrinks with it, a little later. */
function bringIntoSight(element: unknown): Promise<void> {
  const settledMs = 400;
  return new Promise((resolve) => {
    setTimeout(() => {
      (element as Shown).scrollIntoView({ block: 'center' });
      setTimeout(resolve, settledMs);
    }, settledMs);
  });
}
