// Every state of the page, and how to get there in the household.
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type Household, USER } from './household.ts';

/** Long enough for figures. */
const PLAYED_S = 2;

export interface PageState {
  readonly name: string;
  readonly path: string;
  /** Brings the page there and waits for it. */
  readonly reach: (page: Page) => Promise<unknown>;
  readonly asStranger?: boolean;
  /** A script that the browser runs before the page. */
  readonly before?: string;
}

export const PAGE_STATES: readonly PageState[] = [
  {
    name: 'grid',
    path: '',
    reach: async (page) => {
      await page.locator('.badge', { hasText: 'Private' }).waitFor();
      await page.locator('.tile img:visible').first().waitFor();
    },
  },
  {
    name: 'grid-live',
    path: '',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Live tiles' }).click();
      await page.locator('.tile video:visible').waitFor();
      await page.locator('.badge', { hasText: 'Live' }).waitFor();
    },
  },
  { name: 'live', path: '#/camera/front-door', reach: playing },
  {
    name: 'statistics',
    path: '#/camera/front-door',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Statistics' }).click();
      await playing(page);
    },
  },
  {
    name: 'recording',
    path: '#/camera/front-door',
    reach: async (page) => {
      await playing(page);
      await page.keyboard.press('r');
      await page.getByRole('button', { name: 'Record', pressed: true }).waitFor();
      await page.getByText('The camera records').waitFor();
    },
  },
  {
    name: 'full-screen',
    path: '#/camera/front-door',
    reach: async (page) => {
      await playing(page);
      await page.keyboard.press('r');
      await page.keyboard.press('f');
      await page.waitForFunction('document.fullscreenElement');
    },
  },
  {
    name: 'paused',
    path: '#/camera/front-door',
    reach: async (page) => {
      await playing(page);
      await page.keyboard.press(' ');
      await page.getByRole('heading', { name: 'Paused' }).waitFor();
    },
  },
  {
    name: 'late',
    path: '#/camera/front-door',
    before: 'delete globalThis.RTCPeerConnection;',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Statistics' }).click();
      await page.locator('main[data-phase="delayed"]').waitFor();
      await page.getByText(/^\d+\.\d s late$/u).waitFor();
    },
  },
  { name: 'offline', path: '#/camera/garage', reach: (page) => noticed(page, 'is offline') },
  { name: 'private', path: '#/camera/nursery', reach: (page) => noticed(page, 'is private') },
  { name: 'unknown', path: '#/camera/cellar', reach: (page) => noticed(page, 'no such camera') },
  {
    name: 'share',
    path: '#/camera/front-door',
    reach: async (page) => {
      await playing(page);
      await page.getByRole('button', { name: 'Share this camera' }).click();
      await page.getByLabel('Link').waitFor();
    },
  },
  { name: 'log-in', path: '', asStranger: true, reach: (page) => page.getByLabel('Name').waitFor() },
  {
    name: 'log-in-wrong',
    path: '',
    asStranger: true,
    reach: async (page) => {
      await page.getByLabel('Name').fill(USER.name);
      await page.getByLabel('Password').fill('not it');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'link-expired',
    path: 'share/long-ago',
    asStranger: true,
    reach: (page) => page.getByRole('alert').waitFor(),
  },
];

/** @returns the page in that state; end its context. */
export async function openPageState(
  browser: Browser,
  house: Household,
  { name, path, reach, asStranger = false, before }: PageState,
  options: BrowserContextOptions,
): Promise<Page> {
  const context = await browser.newContext(options);
  try {
    if (!asStranger) await context.addCookies([await house.session()]);
    const page = await context.newPage();
    if (before !== undefined) await page.addInitScript(before);
    await page.goto(`${house.url}/${path}`);
    await reach(page).catch(async (cause: unknown) => {
      const said = (await page.locator('body').innerText()).replaceAll(/\s+/g, ' ');
      throw new Error(`the page does not get to "${name}"; it says: ${said}`, { cause });
    });
    return page;
  } catch (error) {
    await context.close();
    throw error;
  }
}

/** Ends first the broker, then the web server. @param see is called for each page in each state. */
export async function walkThroughEnds(
  browser: Browser,
  house: Household,
  options: BrowserContextOptions,
  see: (name: string, page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext(options);
  try {
    await context.addCookies([await house.session()]);
    const [grid, live] = [await context.newPage(), await context.newPage()];
    await grid.goto(house.url);
    await live.goto(`${house.url}/#/camera/front-door`);
    await playing(live);
    for (const [name, end, text] of [
      ['broker-away', () => house.endBroker(), 'The MQTT broker is away'],
      ['server-away', () => house.endWeb(), 'The server does not answer'],
    ] as const) {
      await end();
      for (const [page, what] of [
        [grid, 'grid'],
        [live, 'live'],
      ] as const) {
        await page.bringToFront();
        await page.getByRole('alert').filter({ hasText: text }).waitFor();
        await see(`${what}-${name}`, page);
      }
    }
  } finally {
    await context.close();
  }
}

async function playing(page: Page): Promise<void> {
  await page.locator('main[data-phase="playing"]').waitFor();
  await page.waitForFunction(
    (seconds) => (document.querySelector('video')?.currentTime ?? 0) > seconds,
    PLAYED_S,
  );
}

function noticed(page: Page, title: string): Promise<void> {
  return page.locator('.notice h2', { hasText: title }).waitFor();
}
