import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { Household } from '../../development/screenshots/household.ts';
import {
  openPageState,
  PAGE_STATES,
  walkThroughEnds,
} from '../../development/screenshots/page-state-table.ts';
import { launchChromium } from '../support/chromium.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { accessibilityFaults } from './accessibility.ts';

const TEST_TIMEOUT_MS = 90_000;
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let browser: Browser;
let house: Household;

beforeAll(async () => {
  browser = shared.own(await launchChromium());
  house = new Household();
  shared.onEnd('the house', () => house.close());
  await house.open();
}, TEST_TIMEOUT_MS);

async function faultsOnEachScreen(page: Page): Promise<string[]> {
  const faults: string[] = [];
  for (const [screen, size] of Object.entries({ DESKTOP, PHONE })) {
    await page.setViewportSize(size);
    for (const fault of await accessibilityFaults(page)) faults.push(`${screen} ${fault}`);
  }
  return faults;
}

describe('axe finds no fault with the page, on a desktop and a phone, in light and in dark colours:', () => {
  test.each(PAGE_STATES.map((state) => [state.name, state] as const))(
    '%s',
    async (_name, state) => {
      const page = await openPageState(browser, house, state, { viewport: DESKTOP });
      resources.onEnd('the page', () => page.context().close());
      expect(await faultsOnEachScreen(page)).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'the broker away, then the server, for who sees the grid and for who watches',
    async () => {
      const faults: Record<string, string[]> = {};
      await walkThroughEnds(browser, house, { viewport: DESKTOP }, async (name, page) => {
        faults[name] = await faultsOnEachScreen(page);
      });
      expect(faults).toEqual({
        'grid-broker-away': [],
        'live-broker-away': [],
        'grid-server-away': [],
        'live-server-away': [],
      });
    },
    TEST_TIMEOUT_MS,
  );
});
