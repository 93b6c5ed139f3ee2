import { setTimeout as wait } from 'node:timers/promises';
import type { Source, SourceSink } from '../../device/capture/source.ts';
import { deviceConfigurationSchema } from '../../device/device-configuration.ts';
import { openDevice } from '../../device/device.ts';
import { offlineWill } from '../../device/status/announcement.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { MqttConnection } from '../../foundation/mqtt-connection.ts';
import { startEmbeddedBroker } from '../../test/support/embedded-broker.ts';
import { answerQuestions } from '../bench-process.ts';
import { packetsTo } from '../chromium/packet-sender.ts';
import type { PictureSender } from '../chromium/sender.ts';
import { openPlainRtpViewer } from '../fan-out/node-viewers/plain-rtp-viewer.ts';
import { monotonicMs } from '../monotonic.ts';
import type { CameraAddress, CameraQuestion, Played } from './messages.ts';
import { StampedPictures } from './stamped-pictures.ts';

const DEVICE = 'bench';
const PICTURES_PER_SECOND = 30;

let sink: SourceSink | undefined;
const source: Source = {
  description: 'stamped pictures',
  start: (given) => (sink = given),
  stop: () => Promise.resolve(void (sink = undefined)),
};
const pictures = new StampedPictures();
const inTheClear: PictureSender[] = [];

answerQuestions(async (question: CameraQuestion) => {
  if (question.kind === 'open') return open();
  if (question.kind === 'play') return play(question.durationMs, question.pace);
  for (const port of question.ports) inTheClear.push(packetsTo(await openPlainRtpViewer(String(port))));
  return undefined;
});

/** The product as it runs on a camera, with its broker, but for what brings the pictures. */
async function open(): Promise<CameraAddress> {
  const { url } = await startEmbeddedBroker();
  const bus = new MqttConnection({
    broker: { url },
    clientId: DEVICE,
    will: offlineWill('picam', DEVICE),
    logger: silentLogger,
  });
  const online = new Promise<void>((resolve) => {
    void openDevice({
      configuration: configuration(),
      bus,
      source,
      logger: silentLogger,
      handleOnline: resolve,
    });
  });
  bus.open();
  await online;
  const parameterSets = pictures.parameterSets.map((nalUnit) => nalUnit.toString('base64'));
  return { broker: url, device: DEVICE, parameterSets };
}

function configuration() {
  const settings = { device: DEVICE, name: 'Bench', prefix: 'picam', source: 'test', video: {}, ice: {} };
  return deviceConfigurationSchema.parse({ ...settings, maxViewers: 2, lingerMs: 1_000 });
}

async function play(durationMs: number, pace = 1): Promise<Played> {
  const startedAtMs = monotonicMs();
  const pictureMs = 1_000 / (PICTURES_PER_SECOND * pace);
  const count = Math.round(durationMs / pictureMs);
  const readyAtMs: number[] = [];
  // One more than counts: ffmpeg hands on a picture only when it has the next.
  for (let n = 0; n <= count; n += 1) {
    await wait(Math.max(0, startedAtMs + n * pictureMs - monotonicMs()));
    const nowMs = monotonicMs();
    const picture = pictures.next(nowMs);
    sink?.handleAccessUnit(picture);
    for (const sender of inTheClear) sender.send(picture);
    if (n < count) readyAtMs.push(nowMs);
  }
  return { pictures: count, fromMs: readyAtMs[0] ?? startedAtMs, toMs: readyAtMs.at(-1) ?? startedAtMs };
}
