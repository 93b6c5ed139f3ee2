// Takes the README's pictures of the running demo, and one of each state of the page to look at. By hand, after a change
// that shows: npm run screenshots; npm run screenshots -- --page [state …] takes those of the page alone, -- --demo those of the demo,
// -- --editor the dialogs in Node-RED's editor, -- --settings those of the Homebridge UI: .screenshots/homebridge-*.png
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Readable } from 'node:stream';
import { chromium, type Browser, type Page, type ViewportSize } from 'playwright-core';
import { build, isStale } from './build.mjs';
import { takeEditorDialogs } from './screenshots/editor-dialogs.ts';
import { takePageStates } from './screenshots/page-states.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STATES = fileURLToPath(new URL('../.screenshots/', import.meta.url));
const CHROMIUM = process.env['PICAM_CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
];
const DESKTOP: ViewportSize = { width: 1100, height: 760 };
const PHONE: ViewportSize = { width: 390, height: 360 };
const EDITOR: ViewportSize = { width: 1180, height: 470 };
const EDITOR_ADDRESS = /\(flow: ([^)]+)\)/;
const LAST_LINE = 'Ctrl-C ends everything.';
const DEMO_TIMEOUT_MS = 120_000;
/** Long enough for the statistics to have something to say. */
const PLAYED_S = 4;

const [only, ...states] = process.argv.slice(2);

type Demo = ChildProcessByStdio<null, Readable, null>;

await main();

async function main(): Promise<void> {
  if (only !== '--settings') await takePages();
  if (only === undefined || only === '--settings') await takeSettings();
}

async function takePages(): Promise<void> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  try {
    if (only === undefined || only === '--page') await takePageStates(browser, states);
    if (only !== '--page') await takeDemo(browser);
  } finally {
    await browser.close();
  }
}

async function takeDemo(browser: Browser): Promise<void> {
  // It runs what is built.
  if (isStale()) build();
  // With the ports that its users see, where they are free.
  const demo = spawn(process.execPath, ['demo/main.ts'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const screen = await screenOf(demo);
    if (only !== '--editor') await takeAll(browser, screen);
    if (only !== '--demo') await takeEditorDialogs(browser, addressIn(screen, EDITOR_ADDRESS));
  } finally {
    demo.kill('SIGINT');
    await once(demo, 'exit');
  }
}

/** The settings in the Homebridge UI in each state, by the test that walks through them. */
async function takeSettings(): Promise<void> {
  const words = ['test', '--', 'test/end-to-end/homebridge-settings.test.ts'];
  const env = { ...process.env, PICAM_SCREENSHOTS: STATES };
  const run = spawn('npm', words, { cwd: ROOT, env, stdio: 'inherit' });
  const [code] = (await once(run, 'exit')) as [number | null];
  if (code !== 0) throw new Error('The settings page could not be walked through.');
  copyFileSync(`${STATES}homebridge-settings-desktop.png`, picture('homebridge-settings'));
}

/** The demo's screen, once everything is live. */
async function screenOf(demo: Demo): Promise<string> {
  let text = '';
  const signal = AbortSignal.timeout(DEMO_TIMEOUT_MS);
  for await (const [chunk] of demoOutput(demo, signal)) {
    text += String(chunk);
    if (text.includes(LAST_LINE)) return text;
  }
  throw new Error('The demo ended before it was live.');
}

async function* demoOutput(demo: Demo, signal: AbortSignal): AsyncGenerator<unknown[]> {
  while (demo.exitCode === null)
    yield (await once(demo.stdout.setEncoding('utf8'), 'data', { signal })) as unknown[];
}

async function takeAll(browser: Browser, screen: string): Promise<void> {
  const web = addressIn(screen, /Web page\s+(\S+)/);
  const editor = addressIn(screen, EDITOR_ADDRESS);
  const phone = await browser.newPage({ viewport: PHONE, colorScheme: 'light', deviceScaleFactor: 2 });
  await takeGrid(phone, web);
  const desktop = await browser.newPage({ viewport: DESKTOP, colorScheme: 'dark' });
  await takeLiveView(desktop, web);
  await takeFlow(await browser.newPage({ viewport: EDITOR }), editor);
  await takeTerminal(await browser.newPage({ viewport: { width: 900, height: 800 } }), screen);
}

async function takeGrid(page: Page, web: string): Promise<void> {
  await page.goto(web);
  await page.waitForFunction(() => document.querySelector<HTMLImageElement>('.media img')?.naturalWidth);
  await page.screenshot({ path: picture('grid-phone') });
}

async function takeLiveView(page: Page, web: string): Promise<void> {
  await page.goto(web);
  await page.locator('a').first().click();
  await page.waitForFunction((seconds) => (document.querySelector('video')?.currentTime ?? 0) > seconds, 1);
  await page.keyboard.press('i');
  await page.waitForFunction(
    (seconds) => (document.querySelector('video')?.currentTime ?? 0) > seconds,
    PLAYED_S,
  );
  await page.screenshot({ path: picture('live-view') });
}

async function takeFlow(page: Page, editor: string): Promise<void> {
  await page.goto(editor);
  await page.locator('.red-ui-flow-node').first().waitFor();
  await page.evaluate('RED.actions.invoke("core:toggle-sidebar"); RED.actions.invoke("core:toggle-palette")');
  await page.screenshot({ path: picture('node-red') });
}

/** The same text as a terminal shows it. */
async function takeTerminal(page: Page, screen: string): Promise<void> {
  const style =
    'margin:0;padding:16px;display:inline-block;background:#14171b;color:#e8ebee;font:15px/1.05 "DejaVu Sans Mono",monospace';
  await page.setContent(`<pre style='${style}'></pre><style>body{margin:0;background:#14171b}</style>`);
  const terminal = page.locator('pre');
  await terminal.evaluate((element, html) => (element.innerHTML = html), asHtml(screen));
  await terminal.screenshot({ path: picture('demo') });
}

/** The terminal's colours, of which the demo uses black on white for the QR code. */
function asHtml(screen: string): string {
  return screen
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('\u001b[47m\u001b[30m', '<span style="background:#fff;color:#000">')
    .replaceAll('\u001b[37m', '')
    .replaceAll('\u001b[0m', '</span>');
}

function addressIn(screen: string, pattern: RegExp): string {
  const address = pattern.exec(screen)?.[1];
  if (address === undefined) throw new Error(`The demo's screen shows nothing like ${String(pattern)}.`);
  return address;
}

function picture(name: string): string {
  return fileURLToPath(new URL(`../docs/${name}.png`, import.meta.url));
}
