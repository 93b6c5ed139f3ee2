import type { Page } from 'playwright-core';

/** A live view's page, and what whoever drives something with it does and sees. */
export class DrivingPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Waits for the picture and the stick. */
  async ready(): Promise<void> {
    await this.#page.waitForSelector('main[data-phase="playing"]');
    await this.#page.waitForSelector('.joystick', { state: 'visible' });
  }

  hasStick(): Promise<boolean> {
    return this.#page.isVisible('.joystick');
  }

  /** Drags the stick all the way to the right, and lets go of it. */
  async dragRight(): Promise<void> {
    const box = await this.#page.locator('.joystick').boundingBox();
    if (!box) throw new Error('The page shows no stick.');
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await this.#page.mouse.move(x, y);
    await this.#page.mouse.down();
    await this.#page.mouse.move(x + box.width, y, { steps: 5 });
    await this.#page.mouse.up();
  }

  /** Holds a key until `done` resolves. */
  async hold(key: string, done: () => Promise<unknown>): Promise<void> {
    await this.#page.keyboard.down(key);
    await done();
    await this.#page.keyboard.up(key);
  }

  say(value: unknown): Promise<boolean> {
    return this.#page.evaluate(say, value);
  }

  /** Resolves with the next text that the page hears, once `act` has been done. */
  async hearAfter(act: () => Promise<unknown>): Promise<string> {
    await this.#page.evaluate(startListening);
    await act();
    return this.#page.evaluate(() => window.picamHeard);
  }

  /** Says `count` positions of a stick, each when the one before was answered with `left`; the milliseconds that each took. */
  roundTrips(count: number): Promise<number[]> {
    return this.#page.evaluate(measureRoundTrips, count);
  }

  framesDecoded(): Promise<number> {
    return this.#page.evaluate(
      () => document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames,
    );
  }
}

/* What follows runs inside the browser; the compiler of the tests knows no DOM, so it is said here in a few words. */

interface Heard {
  readonly detail: { readonly text: string };
}
declare const window: { picamHeard: Promise<string> };
declare const picam: { send(value: unknown): boolean };
declare const document: {
  querySelector(selector: string): {
    getVideoPlaybackQuality(): { readonly totalVideoFrames: number };
  };
  addEventListener(type: string, listener: (event: Heard) => void, options?: { once: boolean }): void;
  removeEventListener(type: string, listener: (event: Heard) => void): void;
};

function say(value: unknown): boolean {
  return picam.send(value);
}

function startListening(): void {
  window.picamHeard = new Promise((resolve) =>
    document.addEventListener('picam-message', ({ detail }) => resolve(detail.text), { once: true }),
  );
}

async function measureRoundTrips(count: number): Promise<number[]> {
  const timesMs: number[] = [];
  for (let number = 0; number < count; number += 1) {
    const startedAtMs = performance.now();
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('nothing came back')), 5_000);
      const look = ({ detail }: Heard) => {
        if ((JSON.parse(detail.text) as { left?: number }).left !== number / 1000) return;
        clearTimeout(timer);
        document.removeEventListener('picam-message', look);
        resolve();
      };
      document.addEventListener('picam-message', look);
      picam.send({ x: number / 1000, y: 0 });
    });
    timesMs.push(performance.now() - startedAtMs);
    // As often as a stick speaks.
    await new Promise((resolve) => setTimeout(resolve, 33));
  }
  return timesMs;
}
