import { answerQuestions } from '../bench-process.ts';
import { silentLogger } from '../../foundation/logger.ts';
import type {
  PrepareStreamRequest,
  PrepareStreamResponse,
  StreamingRequest,
} from '../../homebridge-plugin/apple-home/hap.ts';
import { StreamingDelegate } from '../../homebridge-plugin/apple-home/streaming-delegate.ts';
import { CameraFleet } from '../../homebridge-plugin/camera-fleet.ts';
import { readinessOf } from '../../homebridge-plugin/camera-readiness.ts';
import { readConfiguration } from '../../homebridge-plugin/configuration.ts';
import { placeholderPicture } from '../../homebridge-plugin/placeholder-pictures.ts';
import { SnapshotCache } from '../../homebridge-plugin/snapshot-cache.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import type { PluginQuestion, Prepared } from './messages.ts';

const SESSION = 'bench';
const FIND_TIMEOUT_MS = 10_000;

let fleet: CameraFleet | undefined;
let delegate: StreamingDelegate | undefined;

/** All of the plugin from HAP-NodeJS' calls on; a pairing and its encryption are left out. */
answerQuestions(async (question: PluginQuestion) => {
  if (question.kind === 'connect') connect(question.broker);
  else if (question.kind === 'find') await find(question.device);
  else if (question.kind === 'prepare') return prepare(question);
  else if (question.kind === 'start')
    await handle({ type: 'start', video: { pt: 99, width: 1280, height: 720, rtcp_interval: 0.5 } });
  else await handle({ type: 'stop' });
  return undefined;
});

function connect(broker: string): void {
  const read = readConfiguration({ platform: 'Picam', broker: { url: broker } });
  if (!read.ok) throw new Error(read.problems.join('; '));
  fleet = new CameraFleet({ configuration: read.configuration, logger: silentLogger });
  fleet.open();
}

function connected(): CameraFleet {
  if (!fleet) throw new Error('not connected yet');
  return fleet;
}

async function find(device: string): Promise<void> {
  const isReady = () => readinessOf(connected().directory.find(device)) === 'ready';
  await waitUntil(`the camera "${device}"`, isReady, FIND_TIMEOUT_MS);
}

async function prepare({ device, port, keys }: Extract<PluginQuestion, { kind: 'prepare' }>) {
  const readiness = () => readinessOf(connected().directory.find(device));
  const snapshots = new SnapshotCache({
    readiness,
    take: () => Promise.reject(new Error('nobody asks for pictures here')),
    placeholder: placeholderPicture,
    logger: silentLogger,
  });
  const ownDelegate = new StreamingDelegate({
    readiness,
    openLiveView: (listener) => connected().openLiveView(device, listener),
    snapshots,
    forceStop: () => undefined,
    logger: silentLogger,
  });
  delegate = ownDelegate;
  const video = {
    port,
    srtpCryptoSuite: 0,
    srtp_key: Buffer.from(keys.key, 'base64'),
    srtp_salt: Buffer.from(keys.salt, 'base64'),
  };
  const addresses = { sourceAddress: '127.0.0.1', targetAddress: '127.0.0.1', addressVersion: 'ipv4' };
  const request = { sessionID: SESSION, ...addresses, video } as unknown as PrepareStreamRequest;
  const response = await new Promise<PrepareStreamResponse | undefined>((resolve, reject) => {
    ownDelegate.prepareStream(request, (error, value) => (error ? reject(error) : resolve(value)));
  });
  return preparedFrom(response);
}

function preparedFrom(response: PrepareStreamResponse | undefined): Prepared {
  const video = response?.video;
  if (!video || !('srtp_key' in video) || !video.srtp_salt) throw new Error('the plugin prepared no video');
  const { port, srtp_key: key, srtp_salt: salt } = video;
  return { port, keys: { key: key.toString('base64'), salt: salt.toString('base64') } };
}

function handle(request: object): Promise<void> {
  const streaming = { sessionID: SESSION, ...request } as StreamingRequest;
  return new Promise((resolve, reject) => {
    delegate?.handleStreamRequest(streaming, (error) => (error ? reject(error) : resolve()));
  });
}
