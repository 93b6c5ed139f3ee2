import type { Browser } from 'playwright-core';
import { LossyRelay, lossOf } from '../test/device/viewer-session/lossy-relay.ts';
import { launchChromium } from '../test/support/chromium.ts';
import type { Bench, BenchContext } from './bench.ts';
import { delaysMs } from './chromium/match.ts';
import type { SentPicture } from './chromium/messages.ts';
import type { ShownPicture } from './chromium/page.ts';
import { chromiumVariants, type ChromiumVariant } from './chromium/variants.ts';
import { WatchingTab, type Watched } from './chromium/watching-tab.ts';
import { serveEmptyPage } from './empty-page.ts';
import { interleavedRuns } from './interleaved-runs.ts';
import { percentile, type Figure } from './results.ts';

const QUICK = { runs: 1, warmUpMs: 1_000, durationMs: 2_000 };
const FULL = { runs: 5, warmUpMs: 3_000, durationMs: 15_000 };
const LOSSES_PERCENT = [0, 2];
/** Whoever looks on calls a picture that stands this long a freeze. */
const FREEZE_MS = 250;

const P50 = 'sent → shown p50';
const P95 = 'sent → shown p95';
const FREEZES = 'freezes';

/** From the moment a coded picture is handed to the sender to the moment Chromium hands it to its compositor. */
export const chromium: Bench = {
  name: 'chromium',
  title: 'one stream of 720p30 and 2 Mbit/s, shown by Chromium on the same machine',
  unitOfN: '% lost',
  reference: 'stock werift',
  needs: ['chromium'],
  plots: [{ metric: P95, title: 'From sent to shown in Chromium, 95 of 100 pictures' }],
  targets: [
    { variant: 'picam', n: 0, metric: P50, atMost: 6 },
    { variant: 'picam', n: 0, metric: P95, atMost: 15 },
    { variant: 'picam', n: 2, metric: P95, atMost: 25 },
    { variant: 'picam', n: 2, metric: FREEZES, atMost: 0 },
  ],
  run: measureAll,
};

interface Times {
  readonly warmUpMs: number;
  readonly durationMs: number;
}

async function measureAll(context: BenchContext) {
  const { runs, ...times } = context.quick ? QUICK : FULL;
  const tell = (line: string) => context.progress(`${chromium.name}: ${line}`);
  const variants = await chromiumVariants(context.quick, tell);
  const cases = LOSSES_PERCENT.flatMap((n) => variants.map((way) => ({ n, variant: way.name, way })));
  const site = await serveEmptyPage();
  const browser = await launchChromium();
  try {
    return await interleavedRuns(
      {
        name: chromium.name,
        runs,
        cases,
        measure: ({ way, n }) => measure(way, n, { browser, url: site.url, ...times }),
      },
      context,
    );
  } finally {
    await browser.close();
    await site.close();
  }
}

interface Place extends Times {
  readonly browser: Browser;
  readonly url: string;
}

async function measure(way: ChromiumVariant, lossPercent: number, place: Place): Promise<Figure[]> {
  const relay = lossPercent > 0 ? new LossyRelay(lossOf(lossPercent / 100)) : undefined;
  const tab = await WatchingTab.open(place.browser, place.url);
  const pictures = await way.open();
  try {
    await pictures.connect(tab, relay);
    await pictures.send(place.warmUpMs);
    const before = await tab.watched();
    const sent = await pictures.send(place.durationMs);
    return figures(sent, before, await tab.watched());
  } finally {
    await Promise.all([tab.close(), pictures.close()]);
    relay?.close();
  }
}

function figures(sent: readonly SentPicture[], before: Watched, after: Watched): Figure[] {
  const delays = delaysMs(sent, after.shown);
  const freezes = Math.max(
    after.reception.freezeCount - before.reception.freezeCount,
    countFreezes(after.shown),
  );
  return [
    { metric: P50, unit: 'ms', value: percentile(delays, 0.5) },
    { metric: P95, unit: 'ms', value: percentile(delays, 0.95) },
    { metric: 'sent → shown p99', unit: 'ms', value: percentile(delays, 0.99) },
    { metric: FREEZES, unit: 'times', value: freezes },
    { metric: 'shown', unit: '%', value: (delays.length / sent.length) * 100 },
  ];
}

function countFreezes(shown: readonly ShownPicture[]): number {
  return shown.filter(({ shownAtMs }, n) => shownAtMs - (shown[n - 1]?.shownAtMs ?? shownAtMs) > FREEZE_MS)
    .length;
}
