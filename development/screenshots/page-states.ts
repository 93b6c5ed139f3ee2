// Every state of the page on a phone and on a desktop, for eyes to look at: .screenshots/<state>-<size>.png
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { Household, USER } from './household.ts';

const FOLDER = fileURLToPath(new URL('../../.screenshots/', import.meta.url));
const SIZES = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, colorScheme: 'light' },
  sideways: { viewport: { width: 844, height: 390 }, deviceScaleFactor: 2, colorScheme: 'light' },
  desktop: { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, colorScheme: 'dark' },
} as const;
/** Long enough for figures. */
const PLAYED_S = 4;

interface State {
  readonly name: string;
  readonly path: string;
  /** Brings the page there and waits for it. */
  readonly reach: (page: Page) => Promise<unknown>;
  readonly asStranger?: boolean;
  /** A script that the browser runs before the page. */
  readonly before?: string;
}

const STATES: readonly State[] = [
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

/** @param only the names of some states; all when there are none */
export async function takePageStates(browser: Browser, only: readonly string[] = []): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const house = new Household();
  try {
    await house.open();
    const wanted = STATES.filter(({ name }) => only.length === 0 || only.includes(name));
    for (const size of Object.keys(SIZES) as (keyof typeof SIZES)[])
      for (const state of wanted) await takeState(browser, house.url, state, size);
    if (only.length === 0) await takeEnds(browser, house);
  } finally {
    await house.close();
  }
}

async function takeState(
  browser: Browser,
  url: string,
  { name, path, reach, asStranger = false, before }: State,
  size: keyof typeof SIZES,
): Promise<void> {
  const context = await browser.newContext(SIZES[size]);
  try {
    if (!asStranger) await logIn(context, url);
    const page = await context.newPage();
    if (before !== undefined) await page.addInitScript(before);
    await page.goto(`${url}/${path}`);
    await reach(page).catch(async (error: unknown) => {
      await page.screenshot({ path: pathOf(`failed-${name}`, size) });
      throw error;
    });
    await page.screenshot({ path: pathOf(name, size) });
  } finally {
    await context.close();
  }
}

/** First the broker goes, then the web server. */
async function takeEnds(browser: Browser, house: Household): Promise<void> {
  const context = await browser.newContext(SIZES.desktop);
  await logIn(context, house.url);
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
      for (const size of Object.keys(SIZES) as (keyof typeof SIZES)[]) {
        await page.setViewportSize(SIZES[size].viewport);
        await page.screenshot({ path: pathOf(`${what}-${name}`, size) });
      }
    }
  }
  await context.close();
}

async function logIn(context: BrowserContext, url: string): Promise<void> {
  await context.request.post(`${url}/login`, { form: USER });
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

function pathOf(name: string, size: string): string {
  return `${FOLDER}${name}-${size}.png`;
}
