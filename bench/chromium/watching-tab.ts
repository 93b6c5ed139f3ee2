import type { Browser, Page } from 'playwright-core';
import {
  answerOffer,
  offerVideo,
  prepareWatching,
  readReception,
  setAnswer,
  takeShown,
  type Reception,
  type ShownPicture,
} from './page.ts';

export interface Watched {
  /** On this machine's monotonic clock. */
  readonly shown: readonly ShownPicture[];
  /** Since the tab was opened. */
  readonly reception: Reception;
}

/** A tab that watches one stream and notes when each picture is shown. */
export class WatchingTab {
  readonly #page: Page;
  readonly #clockOffsetMs: number;

  private constructor(page: Page, clockOffsetMs: number) {
    this.#page = page;
    this.#clockOffsetMs = clockOffsetMs;
  }

  /** @param url of any page, the empty one too. */
  static async open(browser: Browser, url: string): Promise<WatchingTab> {
    const page = await browser.newPage();
    try {
      await page.goto(url);
      await page.evaluate(prepareWatching);
      return new WatchingTab(page, await clockOffsetMs(page));
    } catch (error) {
      await page.close();
      throw error;
    }
  }

  offer(): Promise<string> {
    return this.#page.evaluate(offerVideo);
  }

  answer(offer: string): Promise<string> {
    return this.#page.evaluate(answerOffer, offer);
  }

  watch(answer: string): Promise<void> {
    return this.#page.evaluate(setAnswer, answer);
  }

  /** What was shown since the last time. */
  async watched(): Promise<Watched> {
    const reception = await this.#page.evaluate(readReception);
    if (!reception) throw new Error('Chromium received nothing');
    const shown = await this.#page.evaluate(takeShown);
    const offsetMs = this.#clockOffsetMs;
    return {
      reception,
      shown: shown.map((picture) => ({ ...picture, shownAtMs: picture.shownAtMs + offsetMs })),
    };
  }

  close(): Promise<void> {
    return this.#page.close();
  }
}

/**
 * What must be added to the page's clock to get the machine's. Both Chromium and Node count the machine's monotonic
 * clock, and Chromium tells what it showed when the page's own began.
 */
async function clockOffsetMs(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'timeTicks' });
  const { metrics } = await session.send('Performance.getMetrics');
  const began = metrics.find(({ name }) => name === 'NavigationStart');
  if (!began) throw new Error('Chromium does not tell when the page began');
  return began.value * 1_000;
}
