import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, visit } from '../support/chromium.ts';
import { startDevice, type TestDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { descendantProcesses } from '../support/processes.ts';
import { resourcesOfAllTests, resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { startWeb, type TestWeb } from '../support/web.ts';

const run = promisify(execFile);
const HLS_JS = fileURLToPath(new URL('../../node_modules/hls.js/dist/hls.js', import.meta.url));
const LONG_MS = 60_000;
const DEVICE = 'front-door';
const PICTURE_S = 1 / 30;
const TYPE = 'application/vnd.apple.mpegurl';

const shared = resourcesOfAllTests();
const resources = resourcesOfEachTest();
let camera: TestDevice;
let browser: Browser;
let webs: readonly [TestWeb, TestWeb];

beforeAll(async () => {
  const { url } = shared.own(await startMosquitto());
  camera = shared.own(await startDevice({ broker: url, device: DEVICE }));
  webs = [shared.own(await startWeb(url)), shared.own(await startWeb(url))];
  browser = shared.own(await launchChromium());
}, LONG_MS);

function playlistOf({ url }: TestWeb): string {
  return `${url}/hls/${DEVICE}/stream.m3u8`;
}

async function playlistText(web: TestWeb): Promise<string> {
  const response = await fetch(playlistOf(web));
  expect(response.headers.get('content-type')).toBe(TYPE);
  return response.text();
}

/** Plays a server's playlist in a tab of that server. */
async function openPlayer(web: TestWeb): Promise<Page> {
  const context = await browser.newContext({ bypassCSP: true });
  resources.onEnd('the tab', () => context.close());
  const page = await context.newPage();
  await visit(page, `${web.url}/`);
  await page.addScriptTag({ path: HLS_JS });
  await page.evaluate(`{
    document.body.innerHTML = '<video muted autoplay></video>';
    const player = new Hls({ enableWorker: false });
    window.problems = [];
    player.on(Hls.Events.ERROR, (_, { details, fatal }) => window.problems.push(details + (fatal ? '!' : '')));
    player.loadSource('/hls/${DEVICE}/stream.m3u8');
    player.attachMedia(document.querySelector('video'));
  }`);
  return page;
}

const secondsPlayed = (page: Page) => page.evaluate<number>("document.querySelector('video').currentTime");
const framesOf = (page: Page) =>
  page.evaluate<number>("document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames");

describe('HLS', () => {
  test(
    'plays in a browser, from two servers at once',
    async () => {
      const startedAtMs = performance.now();
      const first = await openPlayer(webs[0]);
      await waitUntil('a picture', async () => (await framesOf(first)) > 0, LONG_MS / 2);
      console.info(`hls.js: first picture after ${Math.round(performance.now() - startedAtMs)} ms`);
      const second = await openPlayer(webs[1]);
      const before = await secondsPlayed(first);
      await waitUntil(
        'four seconds more',
        async () => (await secondsPlayed(first)) > before + 4,
        LONG_MS / 2,
      );
      await waitUntil('the other', async () => (await framesOf(second)) > 30, LONG_MS / 2);
      for (const page of [first, second])
        expect(await page.evaluate<string[]>('window.problems')).not.toContainEqual(
          expect.stringContaining('!'),
        );
    },
    2 * LONG_MS,
  );

  test(
    'has segments that each begin with a key frame and are as long as the playlist says',
    async () => {
      const [web] = webs;
      await waitUntil('two segments', async () => (await segmentsOf(web)).length >= 2, LONG_MS / 2);
      const segments = await segmentsOf(web);
      const target = Number(/TARGETDURATION:(\d+)/u.exec(await playlistText(web))?.[1]);
      for (const { durationS } of segments) expect(Math.round(durationS)).toBeLessThanOrEqual(target);
      const { stdout, stderr } = await run(
        'ffprobe',
        [
          ...['-v', 'error', '-select_streams', 'v', '-read_intervals', '%+4', '-show_frames'],
          ...['-show_entries', 'frame=pict_type', '-of', 'csv=p=0', playlistOf(web)],
        ],
        { timeout: LONG_MS / 2 },
      );
      expect(stderr).toBe('');
      expect(stdout.startsWith('I')).toBe(true);
      for (const { name } of segments.slice(-2)) {
        const { flags, durationS } = await probed(web, name);
        expect(flags[0]).toMatch(/^K/u);
        const told = segments.find((one) => one.name === name)?.durationS ?? 0;
        expect(Math.abs(durationS - told)).toBeLessThan(0.2);
      }
    },
    LONG_MS,
  );

  test(
    'begins anew after a stop, with no picture of before',
    async () => {
      const [web] = webs;
      const before = (await segmentsOf(web)).map(({ name }) => name);
      const headers = { origin: web.url };
      await fetch(`${web.url}/stop-streaming-service?device=${DEVICE}`, { method: 'POST', headers });
      for (const name of before) expect((await fetch(`${web.url}/hls/${DEVICE}/${name}`)).status).toBe(404);
      const started = await fetch(`${web.url}/start-streaming-service`, { method: 'POST', headers });
      expect(await started.json()).toEqual({ playlist: `/hls/${DEVICE}/stream.m3u8` });
      const after = await segmentsOf(web);
      expect(after.filter(({ name }) => before.includes(name))).toEqual([]);
      expect(after[0]?.number).toBeGreaterThanOrEqual(Number(/-(\d+)\.m4s/u.exec(before[0] ?? '')?.[1]));
    },
    LONG_MS,
  );

  test(
    'ends for all when the camera is stopped, which says so on the page and stays so until somebody plays it again',
    async () => {
      const [web] = webs;
      const context = await browser.newContext();
      resources.onEnd('the tab', () => context.close());
      const page = await context.newPage();
      await page.addInitScript('delete globalThis.RTCPeerConnection;');
      await visit(page, `${web.url}/#/camera/${DEVICE}`);
      const phase = (name: string) =>
        page.locator(`main[data-phase="${name}"]`).waitFor({ timeout: LONG_MS });
      await phase('delayed');
      await fetch(`${web.url}/api/stop-webrtc?device=${DEVICE}`, {
        method: 'POST',
        headers: { origin: web.url },
      });
      await page.locator('.notice h2', { hasText: 'has been stopped' }).waitFor();
      const refused = await fetch(playlistOf(web));
      expect([refused.status, await refused.json()]).toMatchObject([409, { error: { code: 'not_live' } }]);
      expect(descendantProcesses(camera.pid).map(({ name }) => name)).not.toContain('ffmpeg');
      await fetch(`${web.url}/start-streaming-service?device=${DEVICE}`, {
        method: 'POST',
        headers: { origin: web.url },
      });
      await page.getByRole('button', { name: 'Play' }).first().click();
      await phase('delayed');
    },
    2 * LONG_MS,
  );

  test(
    'leaves the camera when nobody asks any more, and says why there is none when the camera is gone',
    async () => {
      const logged = (what: RegExp) => [...camera.log.matchAll(what)].length;
      await waitUntil(
        'all to leave',
        () =>
          logged(/viewer \S+ closed: left/gu) > 0 &&
          logged(/viewer \S+ closed/gu) === logged(/viewer \S+ connected/gu),
        LONG_MS / 2,
      );
      await camera.stop();
      await waitUntil(
        'the refusal',
        async () => (await fetch(playlistOf(webs[0]))).status === 503,
        LONG_MS / 2,
      );
      expect(await (await fetch(playlistOf(webs[0]))).json()).toMatchObject({ error: { code: 'offline' } });
    },
    LONG_MS,
  );
});

async function segmentsOf(web: TestWeb): Promise<{ name: string; number: number; durationS: number }[]> {
  const found = (await playlistText(web)).matchAll(/#EXTINF:([\d.]+),\n(\S+-(\d+)\.m4s)/gu);
  return [...found].map(([, durationS, name = '', number]) => ({
    name,
    number: Number(number),
    durationS: Number(durationS),
  }));
}

/** One segment behind the description of its pictures. */
async function probed(web: TestWeb, name: string): Promise<{ flags: string[]; durationS: number }> {
  const description = /#EXT-X-MAP:URI="([^"]+)"/u.exec(await playlistText(web))?.[1] ?? '';
  const [init, media] = await Promise.all(
    [description, name].map(async (file) => {
      const response = await fetch(`${web.url}/hls/${DEVICE}/${file}`);
      return Buffer.from(await response.arrayBuffer());
    }),
  );
  const child = run(
    'ffprobe',
    ['-v', 'error', '-show_entries', 'packet=pts_time,flags', '-of', 'csv=p=0', '-'],
    { timeout: LONG_MS / 2 },
  );
  child.child.stdin?.end(Buffer.concat([init ?? Buffer.alloc(0), media ?? Buffer.alloc(0)]));
  const lines = (await child).stdout.trim().split('\n');
  const fields = lines.map((line) => line.split(','));
  return {
    flags: fields.map(([, flags = '']) => flags),
    durationS: Number(fields.at(-1)?.[0]) - Number(fields[0]?.[0]) + PICTURE_S,
  };
}
