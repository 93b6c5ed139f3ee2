import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { visit } from '../support/chromium.ts';
import { keepPictures, SCREENS, type Screen } from './state-pictures.ts';

const TIMEOUT_MS = 30_000;

/** The plugin's settings in the Homebridge UI, as a person uses them. */
export class SettingsPage {
  readonly page: Page;
  readonly frame: FrameLocator;
  readonly #url: string;

  private constructor(page: Page, url: string) {
    this.#url = url;
    this.page = page;
    this.frame = page.frameLocator('iframe[src*="settings-ui"]');
  }

  /** Goes to the plugins, finds Picam there and opens its settings. */
  static async open(browser: Browser, url: string, screen: Screen): Promise<SettingsPage> {
    const page = await browser.newPage({ viewport: SCREENS[screen] });
    page.setDefaultTimeout(TIMEOUT_MS);
    const settings = new SettingsPage(page, url);
    await settings.openAgain();
    return settings;
  }

  async openAgain(): Promise<void> {
    const card = await this.openPluginList();
    await card.getByLabel('Plugin Actions Dropdown').click();
    await card.locator('button.dropdown-item').first().click();
    await this.frame.locator('#picam section').first().waitFor();
  }

  /** The list of what is installed; returns Picam's card in it. */
  async openPluginList(): Promise<Locator> {
    await visit(this.page, `${this.#url}/plugins`);
    const card = this.page.locator('app-plugin-card', { hasText: 'Picam' });
    await card.waitFor();
    return card;
  }

  async useCameraOfThisMachine(): Promise<void> {
    await this.frame.getByRole('switch').check();
  }

  async chooseSource(label: string): Promise<void> {
    await this.frame.getByLabel('Camera', { exact: true }).selectOption({ label });
  }

  async nameCamera(name: string): Promise<void> {
    await this.frame.getByLabel('Name', { exact: true }).fill(name);
  }

  async typeBroker(url: string, username = '', password = ''): Promise<void> {
    await this.frame.getByLabel('Address of the broker').fill(url);
    await this.frame.getByLabel('User name').fill(username);
    await this.frame.getByLabel('Password').fill(password);
  }

  /** Waits until the page says this about the broker. */
  async brokerSays(words: string | RegExp): Promise<void> {
    await this.frame.locator('.broker-state', { hasText: words }).waitFor();
  }

  camera(device: string | RegExp): Locator {
    return this.frame.locator('.camera', { hasText: device });
  }

  /** Waits for the camera's live picture to move; returns its size. */
  async awaitPicture(camera: Locator): Promise<{ width: number; height: number }> {
    const video = camera.locator('video');
    await camera.locator('.picture[data-playing="true"]').waitFor();
    return video.evaluate(sizeOfMovingPicture);
  }

  /** For whoever wants to look at it. */
  async keepPictures(name: string, shown: Locator): Promise<void> {
    await keepPictures(this.page, `homebridge-${name}`, shown);
  }

  keepBroker(name: string): Promise<void> {
    return this.keepPictures(name, this.frame.locator('.broker-state'));
  }

  /**
   * Saves, takes what the Homebridge UI proposes for a new plugin (a process of its own, where there is memory for it),
   * and lets it restart Homebridge.
   */
  async saveAndRestart(): Promise<void> {
    await this.#press('Save');
    const proposal = this.page.getByText('Use Child Bridge');
    const restart = this.page.getByText('Restart Required');
    await proposal.or(restart).first().waitFor();
    if (await proposal.isVisible()) await this.#press('Save');
    await restart.waitFor();
    await this.#press('Restart');
  }

  async #press(button: string): Promise<void> {
    // The dialog before it may still be on its way out.
    const footer = this.page.locator('ngb-modal-window .modal-footer').last();
    await footer.getByRole('button', { name: button, exact: true }).click();
  }
}

/* What follows runs inside the browser; the compiler of the tests knows no DOM. */

interface Video {
  readonly videoWidth: number;
  readonly videoHeight: number;
  requestVideoFrameCallback(callback: () => void): void;
}

function sizeOfMovingPicture(element: unknown): Promise<{ width: number; height: number }> {
  const video = element as Video;
  const frames = 10;
  return new Promise((resolve) => {
    let seen = 0;
    const count = (): void => {
      seen += 1;
      if (seen < frames) video.requestVideoFrameCallback(count);
      else resolve({ width: video.videoWidth, height: video.videoHeight });
    };
    video.requestVideoFrameCallback(count);
  });
}
