import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { waitUntil } from '../support/wait-until.ts';

const LONG_MS = 60_000;
const TWO_SECONDS = 60;

/** As in a browser that has no WebRTC. */
export const WITHOUT_WEBRTC = 'delete globalThis.RTCPeerConnection;';

export function phaseIs(page: Page, phase: string) {
  return page.waitForSelector(`main[data-phase="${phase}"]`);
}

/** Pictures that HLS has shown; 0 while it is not seen. */
export function shownFrames(page: Page): Promise<number> {
  return page.evaluate<number>(
    "document.querySelector('video.fallback.shown')?.getVideoPlaybackQuality().totalVideoFrames ?? 0",
  );
}

/** Waits until the page plays by HLS, and says so. */
export async function playsByHls(page: Page): Promise<void> {
  const begunAtMs = performance.now();
  await phaseIs(page, 'delayed');
  console.info(`HLS plays after ${((performance.now() - begunAtMs) / 1000).toFixed(1)} s`);
  await page.getByText('A few seconds late', { exact: true }).waitFor();
  expect(await page.locator('.notice').isVisible()).toBe(false);
  await playsOn(page);
}

export async function playsOn(page: Page): Promise<void> {
  const before = await shownFrames(page);
  const isOn = async () => (await shownFrames(page)) > before + TWO_SECONDS;
  await waitUntil('two seconds of pictures by HLS', isOn, LONG_MS);
}
