import { openBursts } from '../../foundation/bursts/open-bursts.ts';
import { silentLogger } from '../../foundation/logger.ts';
import type {
  PrepareStreamRequest,
  PrepareStreamResponse,
  StreamingRequest,
} from '../../homebridge-plugin/apple-home/hap.ts';
import { StreamingDelegate } from '../../homebridge-plugin/apple-home/streaming-delegate.ts';
import { BitrateWishes } from '../../homebridge-plugin/bitrate-wishes.ts';
import { CameraFleet } from '../../homebridge-plugin/camera-fleet.ts';
import { readinessOf } from '../../homebridge-plugin/camera-readiness.ts';
import { readConfiguration } from '../../homebridge-plugin/configuration.ts';
import { placeholderPicture } from '../../homebridge-plugin/placeholder-pictures.ts';
import { SnapshotCache } from '../../homebridge-plugin/snapshot-cache.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import { fromWire, toWire } from '../wire-keys.ts';
import type { Prepared, StreamToPrepare } from './messages.ts';

const FIND_TIMEOUT_MS = 10_000;
const VIDEO = { pt: 99, width: 1280, height: 720, rtcp_interval: 0.5 };

/** All of the plugin from HAP-NodeJS' calls on; a pairing and its encryption are left out. */
export class HomePlugin {
  readonly #delegates = new Map<string, StreamingDelegate>();
  readonly #delegateOfSession = new Map<string, StreamingDelegate>();
  #fleet: CameraFleet | undefined;

  connect(broker: string): void {
    const read = readConfiguration({ platform: 'Picam', broker: { url: broker } });
    if (!read.ok) throw new Error(read.problems.join('; '));
    this.#fleet = new CameraFleet({ configuration: read.configuration, logger: silentLogger });
    this.#fleet.open();
  }

  /** Resolves when the plugin sees the camera. */
  async find(device: string): Promise<void> {
    await waitUntil(`the camera "${device}"`, () => this.#readinessOf(device) === 'ready', FIND_TIMEOUT_MS);
  }

  async prepare({ device, session, port, keys }: StreamToPrepare): Promise<Prepared> {
    const delegate = this.#delegates.get(device) ?? this.#createDelegate(device);
    this.#delegates.set(device, delegate);
    this.#delegateOfSession.set(session, delegate);
    const { masterKey, masterSalt } = fromWire(keys);
    const video = { port, srtpCryptoSuite: 0, srtp_key: masterKey, srtp_salt: masterSalt };
    const addresses = { sourceAddress: '127.0.0.1', targetAddress: '127.0.0.1', addressVersion: 'ipv4' };
    const request = { sessionID: session, ...addresses, video } as unknown as PrepareStreamRequest;
    const response = await new Promise<PrepareStreamResponse | undefined>((resolve, reject) => {
      delegate.prepareStream(request, (error, value) => (error ? reject(error) : resolve(value)));
    });
    return preparedFrom(response);
  }

  start(session: string): Promise<void> {
    return this.#handle(session, { type: 'start', video: VIDEO });
  }

  stop(session: string): Promise<void> {
    return this.#handle(session, { type: 'stop' });
  }

  #handle(sessionID: string, request: object): Promise<void> {
    const streaming = { sessionID, ...request } as StreamingRequest;
    return new Promise((resolve, reject) => {
      const delegate = this.#delegateOfSession.get(sessionID);
      if (!delegate) throw new Error(`nobody prepared the stream "${sessionID}"`);
      delegate.handleStreamRequest(streaming, (error) => (error ? reject(error) : resolve()));
    });
  }

  #createDelegate(device: string): StreamingDelegate {
    const readiness = () => this.#readinessOf(device);
    const snapshots = new SnapshotCache({
      readiness,
      take: () => Promise.reject(new Error('nobody asks for pictures here')),
      placeholder: placeholderPicture,
      logger: silentLogger,
    });
    return new StreamingDelegate({
      readiness,
      openLiveView: (listener) => this.#connected().openLiveView(device, listener),
      bursts: openBursts('list', silentLogger),
      snapshots,
      bitrateWishes: new BitrateWishes({
        tell: (kbps) => this.#connected().limitBitrate(device, kbps),
        logger: silentLogger,
      }),
      forceStop: () => undefined,
      logger: silentLogger,
    });
  }

  #readinessOf(device: string) {
    return readinessOf(this.#connected().directory.find(device));
  }

  #connected(): CameraFleet {
    if (!this.#fleet) throw new Error('not connected yet');
    return this.#fleet;
  }
}

function preparedFrom(response: PrepareStreamResponse | undefined): Prepared {
  const video = response?.video;
  if (!video || !('srtp_key' in video) || !video.srtp_salt) throw new Error('the plugin prepared no video');
  const { port, srtp_key: masterKey, srtp_salt: masterSalt } = video;
  return { port, keys: toWire({ masterKey, masterSalt }) };
}
