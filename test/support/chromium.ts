import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

/** Debian's, unless another is named. */
export const CHROMIUM = process.env['PICAM_CHROMIUM'] ?? '/usr/bin/chromium';

const LAUNCH_TIMEOUT_MS = 30_000;
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection',
  // Without mDNS names in the candidates a peer on loopback is reached at once.
  '--disable-features=WebRtcHideLocalIpsWithMdns',
];

/** Debian's Chromium without a window; it decodes H.264 and does WebRTC over loopback. End it with `close()`. */
export function launchChromium(moreFlags: readonly string[] = []): Promise<Browser> {
  return launch(CHROMIUM, moreFlags);
}

/** The same in a network namespace. It is driven by pipes, which know no networks. */
export async function launchChromiumWithin(namespace: string): Promise<Browser> {
  const folder = mkdtempSync(join(tmpdir(), 'picam-chromium-'));
  const script = join(folder, 'chromium');
  writeFileSync(script, `#!/bin/sh\nexec ip netns exec ${namespace} ${CHROMIUM} "$@"\n`, { mode: 0o700 });
  try {
    return await launch(script, []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function launch(executablePath: string, moreFlags: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath,
    headless: true,
    args: [...FLAGS, ...moreFlags],
    timeout: LAUNCH_TIMEOUT_MS,
  });
}

/**
 * Opens `url`. A network interface that comes or goes anywhere on the machine, as other tests' namespaces make them,
 * ends what Chromium is loading: then once more.
 */
export async function visit(page: Page, url: string): Promise<void> {
  try {
    await page.goto(url);
  } catch (error) {
    if (!String(error).includes('ERR_NETWORK_CHANGED')) throw error;
    await page.goto(url);
  }
}
