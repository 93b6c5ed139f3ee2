// Every state of the page on a phone and on a desktop, for eyes to look at: .screenshots/<state>-<size>.png
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { Household } from './household.ts';
import { openPageState, PAGE_STATES, walkThroughEnds } from './page-state-table.ts';

const FOLDER = fileURLToPath(new URL('../../.screenshots/', import.meta.url));
const SIZES = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, colorScheme: 'light' },
  sideways: { viewport: { width: 844, height: 390 }, deviceScaleFactor: 2, colorScheme: 'light' },
  desktop: { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, colorScheme: 'dark' },
} as const;
type Size = keyof typeof SIZES;
const ALL_SIZES = Object.keys(SIZES) as Size[];

/** @param only the names of some states; all when there are none */
export async function takePageStates(browser: Browser, only: readonly string[] = []): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const house = new Household();
  try {
    await house.open();
    const wanted = PAGE_STATES.filter(({ name }) => only.length === 0 || only.includes(name));
    for (const size of ALL_SIZES)
      for (const state of wanted) {
        const page = await openPageState(browser, house, state, SIZES[size]);
        await page.screenshot({ path: pathOf(state.name, size) });
        await page.context().close();
      }
    if (only.length === 0) await takeEnds(browser, house);
  } finally {
    await house.close();
  }
}

function takeEnds(browser: Browser, house: Household): Promise<void> {
  return walkThroughEnds(browser, house, SIZES.desktop, async (name, page) => {
    for (const size of ALL_SIZES) {
      await page.setViewportSize(SIZES[size].viewport);
      await page.screenshot({ path: pathOf(name, size) });
    }
  });
}

function pathOf(name: string, size: Size): string {
  return `${FOLDER}${name}-${size}.png`;
}
