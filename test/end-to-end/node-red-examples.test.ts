import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Frame, Page } from 'playwright-core';
import { launchChromium, visit } from '../support/chromium.ts';
import { startDevice, type TestDevice } from '../support/device.ts';
import { PACKED_INSTALL_TIMEOUT_MS, packedInstall } from '../support/packed-install.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { startWeb, type TestWeb } from '../support/web.ts';
import { DrivingPage } from './driving-page.ts';
import { ExampleFlows } from './example-flows.ts';
import { NodeRedRuntime, type NodeRedPackage } from './node-red-runtime.ts';

const TEST_TIMEOUT_MS = 60_000;
const ROUND_TRIPS = 100;
const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let browser: Browser;
let robot: TestDevice;
let web: TestWeb;

beforeAll(async () => {
  robot = shared.own(await startDevice({ env: { PICAM_DATA_CHANNEL_ENABLED: 'true' } }));
  web = shared.own(await startWeb(robot.broker));
  browser = shared.own(await launchChromium());
}, TEST_TIMEOUT_MS);

async function openPage(url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 900, height: 1000 } });
  page.setDefaultTimeout(20_000);
  resources.onEnd('page', () => page.close());
  await visit(page, url);
  return page;
}

async function plays(where: Page | Frame): Promise<void> {
  const frames = () =>
    where.evaluate<number>(
      "document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0",
    );
  await waitUntil('60 frames', async () => (await frames()) >= 60, 20_000);
}

async function viewers(): Promise<number | undefined> {
  return (await cameras())[0]?.viewers;
}

async function cameras(): Promise<readonly { readonly enabled: boolean; readonly viewers: number }[]> {
  return (await fetch(`${web.url}/api/cameras`)).json() as ReturnType<typeof cameras>;
}

const VERSIONS: readonly (readonly [string, NodeRedPackage])[] = [
  ['5', 'node-red'],
  ['4.1', 'node-red-4'],
];

describe.each(VERSIONS)('with Node-RED %s', (_, nodeRedPackage) => {
  const ofVersion = resourcesOfAllTests();
  let nodeRed: NodeRedRuntime;
  let examples: ExampleFlows;

  beforeAll(async () => {
    nodeRed = ofVersion.own(await NodeRedRuntime.start(await packedInstall(), nodeRedPackage));
    examples = new ExampleFlows(Number(new URL(robot.broker).port), robot.device);
    await nodeRed.deploy(examples.nodes);
    await nodeRed.statusBecomes(examples.idOf('picam-webrtc', 'by WebSocket'), 'online');
  }, PACKED_INSTALL_TIMEOUT_MS);

  afterEach(() => {
    expect(nodeRed.log).not.toMatch(/uncaught|unhandled/i);
  });

  test(
    'the WebSocket example plays, with candidates after the offer, and ends with its page',
    async () => {
      const node = examples.idOf('picam-webrtc', 'by WebSocket');
      const [page, other] = [
        await openPage(`${nodeRed.url}/picam-ws`),
        await openPage(`${nodeRed.url}/picam-ws`),
      ];
      await plays(page);
      await plays(other);
      await nodeRed.statusBecomes(node, 'live');
      for (const each of [page, other]) await each.goto('about:blank');
      await nodeRed.statusBecomes(node, 'online');
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'the dashboard example shows the picture and who watches, and its switch keeps the camera private',
    async () => {
      const page = await openPage(`${nodeRed.url}/dashboard/camera`);
      await page.waitForSelector('iframe');
      const frame = await waitUntil('the picture', () =>
        page.frames().find((one) => one.url().endsWith('/dashboard-camera/')),
      );
      await plays(frame);
      await page.locator('.nrdb-ui-text-value', { hasText: '1' }).waitFor();
      await waitUntil('the channel', () => frame.evaluate<boolean>('picam.send({ x: 0.5, y: 0 })'));
      await waitUntil('the motors to turn', () => nodeRed.told('{"left":0.5,"right":-0.5}'));
      const privacy = page.locator('.nrdb-switch input');
      await privacy.click();
      await frame.locator('#words', { hasText: /ended|turned off/ }).waitFor();
      await page.locator('.nrdb-ui-text-value', { hasText: '0' }).waitFor();
      await privacy.click();
      await waitUntil('the camera to be on', async () => (await cameras())[0]?.enabled === true);
      await frame.locator('button').click();
      const words = () => frame.textContent('#words');
      await waitUntil('the picture to be back', async () => (await words()) === '', 20_000);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'the robot example drives by the stick of the page, and stops when nobody drives',
    async () => {
      const page = new DrivingPage(await openPage(`${web.url}/#/camera/${robot.device}`));
      await page.ready();
      await page.dragRight();
      await waitUntil('the motors to turn', () => nodeRed.told('{"left":1,"right":-1}'));
      nodeRed.forgetDebug();
      const timesMs = (await page.roundTrips(ROUND_TRIPS)).sort((one, other) => one - other);
      const percentile = (share: number) => timesMs[Math.floor(timesMs.length * share)]?.toFixed(1) ?? '';
      console.info(
        `robot: page → data channel → flow → page with ${nodeRedPackage}: p50 ${percentile(0.5)} ms, p95 ${percentile(0.95)} ms of ${ROUND_TRIPS}`,
      );
      // The last one was not the stick at rest, but the page has said nothing since.
      await waitUntil('the motors to stop', () => nodeRed.told('{"left":0,"right":0}'));
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'complete and status nodes hear what a node does',
    async () => {
      const { nodes } = examples;
      const control = examples.idOf('picam-control', 'start and stop');
      const tab = nodes.find(({ id }) => id === control)?.['z'];
      const debug = (id: string, complete: string) => ({
        ...{ id, type: 'debug', z: tab, x: 0, y: 0, wires: [] },
        ...{ active: true, tosidebar: true, complete, targetType: 'msg' },
      });
      await nodeRed.deploy([
        ...nodes,
        { id: 'done', type: 'complete', z: tab, scope: [control], x: 0, y: 0, wires: [['heard-done']] },
        { id: 'told', type: 'status', z: tab, scope: [control], x: 0, y: 0, wires: [['heard-status']] },
        debug('heard-done', 'payload'),
        debug('heard-status', 'status.text'),
      ]);
      await nodeRed.statusBecomes(control, 'online');
      await waitUntil('no viewer', async () => (await viewers()) === 0);
      nodeRed.forgetDebug();
      await nodeRed.inject(examples.idOf('inject', 'start'));
      await waitUntil(
        'both nodes',
        () => nodeRed.told('{"streaming":true,"viewers":0}') && nodeRed.told('live'),
      );
      await nodeRed.inject(examples.idOf('inject', 'stop'));
      await waitUntil(
        'both nodes',
        () => nodeRed.told('{"streaming":false,"viewers":0}') && nodeRed.told('online'),
      );
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a deploy without the nodes ends their views and leaves no connection behind',
    async () => {
      await plays(await openPage(`${nodeRed.url}/picam-ws`));
      await plays(await openPage(`${nodeRed.url}/camera/`));
      await waitUntil('two viewers', async () => (await viewers()) === 2);
      await nodeRed.deploy([]);
      await waitUntil('no viewer', async () => (await viewers()) === 0);
      const { port } = new URL(robot.broker);
      await waitUntil('no connection to the broker', () => nodeRed.connectionsTo(Number(port)) === 0);
    },
    TEST_TIMEOUT_MS,
  );
});
