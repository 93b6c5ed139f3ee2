// Node-RED's editor with the dialog of each node, in English and German, for eyes to look at: .screenshots/editor-*.png
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';

const FOLDER = fileURLToPath(new URL('../../.screenshots/', import.meta.url));
const EDITOR = { width: 1180, height: 860 };
const LANGUAGES = ['en-GB', 'de-DE'];
const NODES = ['picam-control', 'picam-webrtc', 'picam-snapshot', 'picam-event', 'picam-viewer'];

export async function takeEditorDialogs(browser: Browser, editor: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  for (const locale of LANGUAGES) {
    const context = await browser.newContext({ viewport: EDITOR, locale });
    try {
      await takeAll(await context.newPage(), editor, locale.slice(0, 2));
    } finally {
      await context.close();
    }
  }
}

async function takeAll(page: Page, editor: string, language: string): Promise<void> {
  await page.goto(editor);
  await page.locator('.red-ui-flow-node').first().waitFor();
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: `${FOLDER}editor-flow-${language}.png` });
  for (const type of NODES) {
    await page.evaluate(`{
      const camera = Object.values(RED.nodes.createCompleteNodeSet()).find(({ type }) => type === 'picam-camera').id;
      const known = RED.nodes.filterNodes({ type: '${type}' })[0];
      const node = { id: RED.nodes.id(), type: '${type}', z: RED.workspaces.active(), x: 300, y: 500, wires: [], camera };
      const id = known?.id ?? RED.nodes.import([node], { addFlow: false, generateIds: false }).nodes[0].id;
      RED.editor.edit(RED.nodes.node(id));
    }`);
    await page.locator('#node-input-camera').waitFor();
    await page.locator('.picam-preview button').click();
    await page.locator('.picam-preview img').waitFor();
    await takeDialog(page, `editor-${type}-${language}`);
  }
  await page.evaluate(`{
    const camera = Object.values(RED.nodes.createCompleteNodeSet()).find(({ type }) => type === 'picam-camera').id;
    RED.editor.editConfig('', 'picam-camera', camera);
  }`);
  await page.locator('#node-config-input-device').waitFor();
  await page.locator('#picam-search').click();
  await page.locator('#picam-found button').first().waitFor();
  await takeDialog(page, `editor-picam-camera-${language}`);
}

async function takeDialog(page: Page, name: string): Promise<void> {
  // Dialogs slide in.
  await page.waitForFunction('!document.querySelector(".red-ui-tray").getAnimations().length');
  await page.screenshot({ path: `${FOLDER}${name}.png` });
  await page.evaluate('RED.tray.close()');
  await page.locator('.red-ui-tray').waitFor({ state: 'detached' });
}
