import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page, type Request } from 'playwright-core';

/** Debian's, unless another is named. */
export const CHROMIUM = process.env['PICAM_CHROMIUM'] ?? '/usr/bin/chromium';

const LAUNCH_TIMEOUT_MS = 30_000;
const NETWORK_CHANGED = 'net::ERR_NETWORK_CHANGED';
const MOST_VISITS = 5;
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
 * ends what Chromium is loading, the page or any of its scripts: then once more.
 */
export async function visit(page: Page, url: string): Promise<void> {
  for (let visits = 1; visits < MOST_VISITS; visits += 1) {
    if (await comesWhole(page, url)) return;
    // Else an address that differs in what follows the # alone would not be loaded anew.
    await page.goto('about:blank');
  }
  await page.goto(url);
}

async function comesWhole(page: Page, url: string): Promise<boolean> {
  const cutOff: string[] = [];
  const noteFailure = (request: Request) => {
    if (request.failure()?.errorText === NETWORK_CHANGED) cutOff.push(request.url());
  };
  page.on('requestfailed', noteFailure);
  try {
    await page.goto(url);
  } catch (error) {
    if (!String(error).includes(NETWORK_CHANGED)) throw error;
    cutOff.push(url);
  } finally {
    page.off('requestfailed', noteFailure);
  }
  return cutOff.length === 0;
}
