import type { Browser, Page } from 'playwright-core';
import { visit } from '../support/chromium.ts';

const PLAY_TIMEOUT_MS = 60_000;

/** One tab with the page, and what a person does and sees there. */
export class BrowserPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** A tab in a browser window of its own, at the page's address. */
  static async open(browser: Browser, url: string): Promise<BrowserPage> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(PLAY_TIMEOUT_MS);
    await visit(page, url);
    return new BrowserPage(page);
  }

  /** Clicks a camera's tile. Returns the milliseconds from the click to the first picture shown. */
  async clickCamera(device: string): Promise<number> {
    const tile = `a[href="#/camera/${device}"]`;
    await this.page.waitForSelector(tile);
    return this.page.evaluate(clickAndAwaitPicture, tile);
  }

  /** Waits for the video to show a picture; returns its size. */
  async awaitPicture(): Promise<{ width: number; height: number }> {
    await this.page.waitForSelector('main[data-phase="playing"]');
    return this.page.evaluate(videoSize);
  }

  /** Frames the video decoded during `durationMs` of its own time. */
  async framesDecodedIn(durationMs: number): Promise<number> {
    return this.page.evaluate(countFrames, durationMs);
  }

  /** The next picture that the video shows, whichever connection brings it. */
  nextPicture(): Promise<void> {
    return this.page.evaluate(showNextPicture);
  }

  /** Waits until the page has noticed that it plays no more. */
  async awaitLoss(): Promise<void> {
    await this.page.waitForSelector('main:not([data-phase="playing"])');
  }

  /** Waits until the page says `text` where it tells what is wrong. */
  async awaitNotice(text: string): Promise<void> {
    await this.page.locator('.notice h2', { hasText: text }).waitFor();
  }

  /** From now on keeps every title of what the page tells is wrong. */
  async recordNotices(): Promise<void> {
    await this.page.evaluate(keepNotices);
  }

  /** Each once, in the order they appeared. */
  async recordedNotices(): Promise<string[]> {
    return this.page.evaluate(() => [...(keptNotices ?? [])]);
  }

  screenshotOfVideo(): Promise<Buffer> {
    return this.page.locator('video').first().screenshot();
  }

  close(): Promise<void> {
    return this.page.close({ runBeforeUnload: false });
  }
}

/* What follows runs inside the browser; the compiler of the tests knows no DOM, so it is said here in a few words. */

interface Video {
  readonly videoWidth: number;
  readonly videoHeight: number;
  getVideoPlaybackQuality(): { readonly totalVideoFrames: number };
  requestVideoFrameCallback(callback: () => void): void;
}
declare function addEventListener(type: string, listener: () => void, options: { once: boolean }): void;
declare const document: { querySelector(selector: string): unknown };
declare let keptNotices: Set<string> | undefined;
declare const MutationObserver: new (handle: () => void) => {
  observe(target: object, options: object): void;
};

function keepNotices(): void {
  const kept = new Set<string>();
  Object.assign(globalThis, { keptNotices: kept });
  new MutationObserver(() => {
    const title = document.querySelector('.notice h2') as { readonly textContent: string } | null;
    if (title) kept.add(title.textContent);
  }).observe(document, { childList: true, subtree: true });
}

async function clickAndAwaitPicture(tile: string): Promise<number> {
  const clickedAt = performance.now();
  const opened = new Promise((resolve) =>
    addEventListener('hashchange', () => resolve(undefined), { once: true }),
  );
  (document.querySelector(tile) as { click(): void }).click();
  await opened;
  const video = document.querySelector('video') as Video;
  return new Promise((resolve) =>
    video.requestVideoFrameCallback(() => resolve(performance.now() - clickedAt)),
  );
}

function showNextPicture(): Promise<void> {
  const video = document.querySelector('video') as Video;
  return new Promise((resolve) => video.requestVideoFrameCallback(() => resolve()));
}

function videoSize() {
  const video = document.querySelector('video') as Video;
  return { width: video.videoWidth, height: video.videoHeight };
}

function countFrames(durationMs: number): Promise<number> {
  const video = document.querySelector('video') as Video;
  const before = video.getVideoPlaybackQuality().totalVideoFrames;
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const count = (): void => {
      if (performance.now() - startedAt < durationMs) video.requestVideoFrameCallback(count);
      else resolve(video.getVideoPlaybackQuality().totalVideoFrames - before);
    };
    count();
  });
}

export type OfferedMedia = 'video' | 'audio' | 'data';

export interface WatchedOffer {
  readonly url: string;
  /** In the order of the offer's sections. Default: video alone. */
  readonly media?: readonly OfferedMedia[];
  readonly bundlePolicy?: 'max-bundle' | 'balanced';
}

interface Peer {
  createDataChannel(label: string): void;
  addTransceiver(kind: string, options: object): void;
  addEventListener(type: 'track', listener: (event: { readonly streams: readonly object[] }) => void): void;
  createOffer(): Promise<{ readonly sdp: string }>;
  setLocalDescription(offer: object): Promise<void>;
  setRemoteDescription(answer: object): Promise<void>;
}
declare const RTCPeerConnection: new (configuration?: object) => Peer;

/** What this browser offers to a camera, without candidates. */
export async function offerOfThisBrowser(): Promise<string> {
  const peer = new RTCPeerConnection();
  peer.addTransceiver('video', { direction: 'recvonly' });
  return (await peer.createOffer()).sdp;
}

/** A WHEP player in a few lines, for a page of any origin with one video; it leaves after the first picture. */
export async function watchByWhep({
  url,
  media = ['video'],
  bundlePolicy = 'balanced',
}: WatchedOffer): Promise<{ width: number; height: number; deleted: number }> {
  const video = document.querySelector('video') as Video & { srcObject: unknown };
  const peer = new RTCPeerConnection({ bundlePolicy });
  const shown = new Promise<void>((resolve) => video.requestVideoFrameCallback(() => resolve()));
  peer.addEventListener('track', ({ streams }) => (video.srcObject ??= streams[0]));
  for (const kind of media) {
    if (kind === 'data') peer.createDataChannel('control');
    else peer.addTransceiver(kind, { direction: 'recvonly' });
  }
  const offer = await peer.createOffer();
  await peer.setLocalDescription(offer);
  const headers = { 'content-type': 'application/sdp' };
  const response = await fetch(url, { method: 'POST', body: offer.sdp, headers });
  await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() });
  await shown;
  const session = new URL(response.headers.get('location') ?? '', url);
  const { status } = await fetch(session, { method: 'DELETE' });
  return { width: video.videoWidth, height: video.videoHeight, deleted: status };
}
