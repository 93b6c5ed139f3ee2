import type { Browser } from 'playwright-core';
import { CameraRequests } from '../camera-client/camera-requests.ts';
import { channelMessageSchema, eventSchema } from '../contract/device-messages.ts';
import { deviceTopics } from '../contract/topics.ts';
import { Lifetime } from '../foundation/lifetime.ts';
import { silentLogger } from '../foundation/logger.ts';
import { DrivingPage } from '../test/end-to-end/driving-page.ts';
import { launchChromium } from '../test/support/chromium.ts';
import { connectBus } from '../test/support/connect-bus.ts';
import { startDevice } from '../test/support/device.ts';
import { isMosquittoInstalled, startMosquitto } from '../test/support/mosquitto.ts';
import { startWeb } from '../test/support/web.ts';
import type { Bench, BenchContext } from './bench.ts';
import { interleavedRuns } from './interleaved-runs.ts';
import { percentile, type Figure } from './results.ts';

const QUICK = { runs: 1, roundTrips: 60, withMosquitto: false };
const FULL = { runs: 5, roundTrips: 300, withMosquitto: true };
const WARM_UP = 20;

const EMBEDDED = 'embedded broker';
/** As a flow hears and speaks, each with the lines that Mosquitto's configuration has for it. */
const MOSQUITTO_SETTINGS: Readonly<Record<string, readonly string[]>> = {
  Mosquitto: [],
  'Mosquitto, set_tcp_nodelay true': ['set_tcp_nodelay true'],
};

/** From a stick on the page to a flow and back, while the picture plays. */
export const robot: Bench = {
  name: 'robot',
  title: 'page → data channel → camera → MQTT → flow, and all the way back',
  unitOfN: 'viewers',
  reference: EMBEDDED,
  needs: ['chromium', 'ffmpeg'],
  targets: [{ variant: EMBEDDED, n: 1, metric: 'round trip p95', atMost: 20 }],
  run: measureAll,
};

async function measureAll(context: BenchContext) {
  const { runs, roundTrips, withMosquitto } = context.quick ? QUICK : FULL;
  const variants = [
    EMBEDDED,
    ...(withMosquitto && isMosquittoInstalled() ? Object.keys(MOSQUITTO_SETTINGS) : []),
  ];
  const cases = variants.map((variant) => ({ n: 1, variant }));
  const browser = await launchChromium();
  try {
    const measure = ({ variant }: { variant: string }) => measureOne(variant, browser, roundTrips);
    return await interleavedRuns({ name: robot.name, runs, cases, measure }, context);
  } finally {
    await browser.close();
  }
}

async function measureOne(variant: string, browser: Browser, roundTrips: number): Promise<Figure[]> {
  const lifetime = new Lifetime(silentLogger);
  try {
    const page = await openPage(variant, browser, lifetime);
    await page.roundTrips(WARM_UP);
    const timesMs = await page.roundTrips(roundTrips);
    return [
      { metric: 'round trip p50', unit: 'ms', value: percentile(timesMs, 0.5) },
      { metric: 'round trip p95', unit: 'ms', value: percentile(timesMs, 0.95) },
    ];
  } finally {
    await lifetime.close();
  }
}

async function openPage(variant: string, browser: Browser, lifetime: Lifetime): Promise<DrivingPage> {
  const settings = MOSQUITTO_SETTINGS[variant];
  const mosquitto = settings && (await startMosquitto({ settings }));
  if (mosquitto) lifetime.own('Mosquitto', () => mosquitto.stop());
  const env = { PICAM_DATA_CHANNEL_ENABLED: 'true' };
  const camera = await startDevice({ env, ...(mosquitto && { broker: mosquitto.url }) });
  lifetime.own('the camera', () => camera.stop());
  const web = await startWeb(camera.broker);
  lifetime.own('the web server', () => web.stop());
  await answerSticks(camera.broker, camera.device, lifetime);
  const page = await browser.newPage();
  lifetime.own('the page', () => page.close());
  await page.goto(`${web.url}/#/camera/${camera.device}`);
  const driving = new DrivingPage(page);
  await driving.ready();
  return driving;
}

/** What the robot flow of the examples does, without Node-RED. */
async function answerSticks(broker: string, device: string, lifetime: Lifetime): Promise<void> {
  const bus = await connectBus(broker);
  lifetime.own('the bus', () => bus.close());
  const requests = new CameraRequests({ bus, prefix: 'picam', peer: 'bench' });
  lifetime.own('the requests', () => requests.close());
  requests.open();
  bus.subscribe(deviceTopics('picam', device).event('message'), ({ payload }) => {
    const event = eventSchema.parse(JSON.parse(payload.toString()));
    const { viewer, text } = channelMessageSchema.parse(event.data);
    const { x } = JSON.parse(text) as { readonly x: number };
    const answer = { viewer, text: JSON.stringify({ left: x }) };
    requests.request(device, 'message', answer).catch(() => undefined);
  });
}
