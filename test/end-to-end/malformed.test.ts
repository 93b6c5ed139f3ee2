import { expect, test } from '@jest/globals';
import { replyEnvelopeSchema, type ReplyEnvelope } from '../../contract/envelopes.ts';
import { deviceTopics } from '../../contract/topics.ts';
import { malformedMessages } from '../device/malformed-messages.ts';
import { launchChromium } from '../support/chromium.ts';
import { connectBus } from '../support/connect-bus.ts';
import { startDevice } from '../support/device.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { residentKb } from '../support/processes.ts';
import { resourcesOfEachTest } from '../support/resources.ts';
import { waitUntil } from '../support/wait-until.ts';
import { startWeb } from '../support/web.ts';
import { BrowserPage } from './browser-page.ts';
import { malformedHttpRequests, sendSlowly, statusOf } from './malformed-http.ts';

const DEVICE = 'front-door';
const WARM_UP_ROUNDS = 5;
const ROUNDS = 15;
const MOST_GROWTH_KB = 60 * 1024;
const SLOW_REQUESTS = 5;
const TEST_TIMEOUT_MS = 120_000;

const resources = resourcesOfEachTest();
const topics = deviceTopics('picam', DEVICE);

async function setUp() {
  const broker = resources.own(await startMosquitto());
  const bus = resources.own(await connectBus(broker.url));
  const replies: { readonly peer: string | undefined; readonly reply: ReplyEnvelope }[] = [];
  bus.subscribe(topics.reply('+'), ({ topic, payload }) => {
    const reply = replyEnvelopeSchema.parse(JSON.parse(payload.toString()));
    replies.push({ peer: topic.split('/').at(-1), reply });
  });
  // Left on the broker before the camera is there, and by that too old to be meant.
  for (const op of ['start', 'stop', 'snapshot', 'offer'])
    await bus.publish(topics.request('retained', op), '', { retain: true });
  const camera = resources.own(await startDevice({ broker: broker.url, device: DEVICE }));
  const web = resources.own(await startWeb(broker.url));
  const tab = await BrowserPage.open(resources.own(await launchChromium()), `${web.url}/#/camera/${DEVICE}`);
  await tab.awaitPicture();
  await tab.recordNotices();
  return { bus, replies, camera, web, tab };
}

test(
  '500 malformed requests are each refused as they should be, cost no memory and disturb no view',
  async () => {
    const { bus, replies, camera, web, tab } = await setUp();
    const url = new URL(web.url);
    const slow = Array.from({ length: SLOW_REQUESTS }, () => sendSlowly(url, `/whep/${DEVICE}`));
    resources.onEnd('the slow requests', () => slow.forEach((one) => one.close()));

    let sent = SLOW_REQUESTS;
    const sendRound = async (round: number) => {
      const requests = malformedHttpRequests(url.host, DEVICE);
      const statuses = await Promise.all(requests.map((request) => statusOf(url, request)));
      expect(statuses).toEqual(requests.map(({ status }) => status));
      const messages = malformedMessages(topics, `fuzz-${round}`, round, 'v=0\r\nm=video 9 RTP/AVP 96\r\n');
      for (const { topic, payload } of messages) await bus.publish(topic, payload);
      const expected = messages.flatMap(({ code }) => code ?? []).sort();
      const codes = () =>
        replies.flatMap(({ peer, reply }) =>
          peer === `fuzz-${round}` ? (reply.ok ? 'ok' : reply.error.code) : [],
        );
      await waitUntil(`the replies of round ${round}`, () => codes().length >= expected.length);
      expect(codes().sort()).toEqual(expected);
      sent += requests.length + messages.length;
    };

    for (let round = 0; round < WARM_UP_ROUNDS; round += 1) await sendRound(round);
    const before = { camera: residentKb(camera.pid), web: residentKb(web.pid) };
    const framesMeanwhile = tab.framesDecodedIn(3_000);
    for (let round = WARM_UP_ROUNDS; round < ROUNDS; round += 1) await sendRound(round);
    const growthKb = {
      camera: residentKb(camera.pid) - before.camera,
      web: residentKb(web.pid) - before.web,
    };
    console.info(`${sent} malformed requests; growth in KiB: ${JSON.stringify(growthKb)}`);

    expect(sent).toBeGreaterThan(500);
    expect(Math.max(growthKb.camera, growthKb.web)).toBeLessThan(MOST_GROWTH_KB);
    expect(await framesMeanwhile).toBeGreaterThan(30);
    const statuses = await waitUntil(
      'the slow ones to be cut off',
      Promise.all(slow.map(({ status }) => status)),
      40_000,
    );
    expect(new Set(statuses)).toEqual(new Set([408]));

    expect(await tab.framesDecodedIn(1_000)).toBeGreaterThan(10);
    expect(await tab.recordedNotices()).toEqual([]);
    expect(camera.log.match(/viewer \S+ connected/gu)).toHaveLength(1);
    expect(camera.log).not.toMatch(/viewer \S+ closed/u);
    expect(replies.filter(({ peer }) => peer === 'retained')).toEqual([]);
    expect(camera.log + web.log).not.toMatch(/ error /u);
  },
  TEST_TIMEOUT_MS,
);
