import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../test/support/chromium.ts';
import type { Bench, BenchContext } from './bench.ts';
import { availableSources, BenchCameras, deviceOf } from './cameras/bench-cameras.ts';
import { cameraCases, type CameraCase } from './cameras/cases.ts';
import { clickAndWatch, noteAnswers } from './click/page.ts';
import { interleavedRuns } from './interleaved-runs.ts';
import type { Figure } from './results.ts';

const QUICK = { runs: 1, keyframeIntervalsS: [2], watchMs: 1_000 };
const FULL = { runs: 7, keyframeIntervalsS: [2, 10], watchMs: 4_000 };

const PAGE_TIMEOUT_MS = 20_000;
const ANSWER_TO_PICTURE = 'answer → picture';

/** From the click on a camera in the grid to its first picture on the page. */
export const click: Bench = {
  name: 'click',
  title: 'a click on a camera in the web page; cold: the encoder has to be started',
  unitOfN: 's between key frames',
  reference: 'cold, test source',
  needs: ['chromium', 'ffmpeg'],
  targets: [2, 10].flatMap((n) =>
    cameraCases([n], ['test source', 'Picamera2'])
      .filter(({ isWarm }) => isWarm)
      .map(({ variant }) => ({ variant, n, metric: ANSWER_TO_PICTURE, atMost: 150 })),
  ),
  run: measureAll,
};

async function measureAll(context: BenchContext) {
  const { runs, keyframeIntervalsS, watchMs } = context.quick ? QUICK : FULL;
  const cases = cameraCases(keyframeIntervalsS, availableSources(context.progress));
  const cameras = await BenchCameras.open(cases);
  try {
    const browser = await launchChromium();
    try {
      const place = { cameras, browser, watchMs, url: await cameras.serveWeb() };
      return await interleavedRuns(
        { name: click.name, runs, cases, measure: (one) => measure(one, place) },
        context,
      );
    } finally {
      await browser.close();
    }
  } finally {
    await cameras.close();
  }
}

interface Place {
  readonly cameras: BenchCameras;
  readonly browser: Browser;
  readonly url: string;
  readonly watchMs: number;
}

async function measure(one: CameraCase, place: Place): Promise<Figure[]> {
  const { cameras, browser, watchMs } = place;
  const device = deviceOf(one);
  if (one.isWarm) await cameras.turnOn(device, Math.random() * one.n * 1_000);
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  try {
    await openGrid(page, place);
    // The snapshots of the grid have turned on all of them.
    await cameras.turnOff(cameras.all.filter((other) => other !== device || !one.isWarm));
    const times = await page.evaluate(clickAndWatch, { tile: tileOf(device), watchMs });
    return [
      { metric: 'click → picture', unit: 'ms', value: times.clickToPictureMs },
      { metric: ANSWER_TO_PICTURE, unit: 'ms', value: times.answerToPictureMs },
      { metric: 'click → live', unit: 'ms', value: times.clickToLiveMs },
    ];
  } finally {
    await page.close();
    await cameras.turnOff(cameras.all);
  }
}

async function openGrid(page: Page, { cameras, url }: Place): Promise<void> {
  page.setDefaultTimeout(PAGE_TIMEOUT_MS);
  await page.addInitScript(noteAnswers);
  await page.goto(url);
  for (const device of cameras.all) await page.waitForSelector(`${tileOf(device)} img:visible`);
}

function tileOf(device: string): string {
  return `a[href="#/camera/${device}"]`;
}
