import type { LiveViewListener, LiveView } from '../../camera-client/live-view.ts';
import type { Bursts } from '../../foundation/bursts/open-bursts.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';
import type { SrtpMasterKeys } from '../../media/srtp-keys.ts';
import type { BitrateWishes } from '../bitrate-wishes.ts';
import type { CameraReadiness } from '../camera-readiness.ts';
import type { SnapshotCache } from '../snapshot-cache.ts';
import {
  AES_CM_128_HMAC_SHA1_80,
  isReconfigure,
  isStart,
  isStop,
  REQUESTED_FOR_EVENT,
  type CameraStreamingDelegate,
  type HAPStatus,
  type PrepareStreamCallback,
  type PrepareStreamRequest,
  type PrepareStreamResponse,
  type ReconfigureStreamRequest,
  type SnapshotRequest,
  type SnapshotRequestCallback,
  type StartStreamRequest,
  type StreamingRequest,
  type StreamRequestCallback,
} from './hap.ts';
import { mediaPort, mediaTarget, ownAddress } from './media-target.ts';
import type { SoundStart } from './sound-session.ts';
import type { SrtpTrack } from './srtp-track.ts';
import { StreamRefusedError } from './stream-refused-error.ts';
import { StreamSession } from './stream-session.ts';

const DEFAULT_RTCP_INTERVAL_S = 0.5;
const SHORTEST_RTCP_INTERVAL_S = 0.1;
const LONGEST_RTCP_INTERVAL_S = 5;

/**
 * The bit rate that a controller starts with is the least it can do with; only one that asks for a small picture, as
 * iPhones do over a mobile network, means it as a limit.
 */
const SMALL_WIDTH_PX = 640;

export interface StreamingDelegateOptions {
  readonly readiness: () => CameraReadiness;
  readonly openLiveView: (listener: LiveViewListener) => LiveView;
  /** Absent where packets can only go out one by one. */
  readonly bursts?: Bursts | undefined;
  /** As Apple Home was told: then it expects an answer for the sound too. Default: no. */
  readonly hasSound?: boolean;
  readonly snapshots: SnapshotCache;
  /** Why a snapshot must not be given, as HAP's status; undefined when it may. */
  readonly snapshotRefusal?: (request: SnapshotRequest) => HAPStatus | undefined;
  readonly bitrateWishes: BitrateWishes;
  /** HAP's own book-keeping of the session, which it does not do when a stream ends on our side. */
  readonly forceStop: (sessionId: string) => void;
  readonly logger: Logger;
}

/**
 * What HAP-NodeJS asks of a camera. It neither awaits a promise nor survives an error thrown here, and it asks again
 * when a callback is called twice: each call is answered exactly once.
 */
export class StreamingDelegate implements CameraStreamingDelegate {
  readonly #options: StreamingDelegateOptions;
  readonly #sessions = new Map<string, StreamSession>();

  constructor(options: StreamingDelegateOptions) {
    this.#options = options;
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  handleSnapshotRequest(request: SnapshotRequest, callback: SnapshotRequestCallback): void {
    const refusal = this.#options.snapshotRefusal?.(request);
    if (refusal !== undefined) {
      callback(refusal);
      return;
    }
    const isForEvent = request.reason === REQUESTED_FOR_EVENT;
    this.#answer(this.#options.snapshots.take({ width: request.width, isForEvent }), callback);
  }

  prepareStream(request: PrepareStreamRequest, callback: PrepareStreamCallback): void {
    const handleFailure = () => this.#endFromOurSide(request.sessionID, 'HomeKit could not be told of it');
    this.#answer(this.#prepare(request), callback, handleFailure);
  }

  handleStreamRequest(request: StreamingRequest, callback: StreamRequestCallback): void {
    this.#answer(this.#handle(request), callback);
  }

  /** Ends every session, for when the camera has gone or Homebridge ends. */
  endAll(reason: string): void {
    for (const id of [...this.#sessions.keys()]) this.#endFromOurSide(id, reason);
  }

  async #prepare(request: PrepareStreamRequest): Promise<PrepareStreamResponse> {
    const readiness = this.#options.readiness();
    if (readiness === 'offline') throw new StreamRefusedError('the camera is offline');
    if (readiness === 'private') throw new StreamRefusedError('the camera has been turned off by its owner');
    const suites = [request.video, ...(this.#options.hasSound ? [request.audio] : [])];
    if (suites.some(({ srtpCryptoSuite }) => srtpCryptoSuite !== AES_CM_128_HMAC_SHA1_80))
      throw new StreamRefusedError('the controller asks for another encryption than AES_CM_128_HMAC_SHA1_80');
    const id = request.sessionID;
    this.#end(id);
    const session = this.#createSession(request);
    this.#sessions.set(id, session);
    try {
      const port = await session.prepare();
      const sound = session.sound && { audio: endpoint(port, session.sound.track) };
      return { video: endpoint(port, session.video), ...sound, ...addressOverride(request) };
    } catch (error) {
      this.#end(id);
      throw error;
    }
  }

  #createSession(request: PrepareStreamRequest): StreamSession {
    const { openLiveView, bursts, hasSound = false, bitrateWishes, logger } = this.#options;
    const id = request.sessionID;
    const { video, audio, sourceAddress } = request;
    return new StreamSession({
      sourceAddress,
      target: mediaTarget(request),
      controllerKeys: masterKeys(video),
      ...(hasSound && { sound: { port: mediaPort(audio.port), controllerKeys: masterKeys(audio) } }),
      openLiveView,
      bursts,
      handleFirstPicture: () => bitrateWishes.renew(),
      handleEnd: (reason) => this.#endFromOurSide(id, reason),
      logger,
    });
  }

  async #handle(request: StreamingRequest): Promise<void> {
    await Promise.resolve();
    if (isStop(request)) this.#end(request.sessionID);
    else if (isStart(request)) this.#start(request);
    else if (isReconfigure(request)) this.#reconfigure(request);
  }

  #start({ sessionID, video, audio }: StartStreamRequest): void {
    const session = this.#sessions.get(sessionID);
    if (!session || session.ended) throw new StreamRefusedError('the stream has ended before it was started');
    this.#options.bitrateWishes.set(sessionID, video.width <= SMALL_WIDTH_PX ? video.max_bit_rate : 0);
    session.start({
      payloadType: video.pt,
      rtcpIntervalMs: rtcpIntervalMs(video),
      ...(session.sound && { sound: soundStart(audio) }),
    });
    this.#options.logger.debug(
      `stream started for ${video.width}x${video.height} at ${video.max_bit_rate} kbit/s`,
    );
  }

  /** The camera has one encoder for all its viewers: the bit rate can follow, size and frame rate stay. */
  #reconfigure({ sessionID, video }: ReconfigureStreamRequest): void {
    if (!this.#sessions.has(sessionID)) return;
    this.#options.bitrateWishes.set(sessionID, video.max_bit_rate);
    this.#options.logger.debug(`stream to be at most ${video.max_bit_rate} kbit/s`);
  }

  #endFromOurSide(id: string, reason: string): void {
    this.#options.logger.debug(`stream ended: ${reason}`);
    this.#end(id);
    try {
      this.#options.forceStop(id);
    } catch (error) {
      this.#options.logger.debug(`HAP did not let go of the stream: ${describeError(error)}`);
    }
  }

  #end(id: string): void {
    this.#sessions.get(id)?.end();
    this.#sessions.delete(id);
    this.#options.bitrateWishes.remove(id);
  }

  /** HAP-NodeJS throws in its callbacks, as for an interface without an address, and that would end all of Homebridge. */
  #answer<T>(
    work: Promise<T>,
    callback: (error?: Error, value?: T) => void,
    handleFailure: () => void = () => undefined,
  ): void {
    work
      .then(
        (value) => callback(undefined, value),
        (error: unknown) => callback(error instanceof Error ? error : new Error(describeError(error))),
      )
      .catch((error: unknown) => {
        this.#options.logger.error(`HomeKit did not take the camera's answer: ${describeError(error)}`);
        handleFailure();
      });
  }
}

/** The interface of a link-local address, by its name on this machine. */
const SCOPE = /%.*$/u;

/** HAP-NodeJS would name the interface's first address, which on one with several is not where packets come from. */
function addressOverride({ sourceAddress, addressVersion }: PrepareStreamRequest) {
  const address = ownAddress(sourceAddress, addressVersion);
  return address === undefined ? {} : { addressOverride: address.replace(SCOPE, '') };
}

interface TrackEndpoint {
  readonly port: number;
  readonly ssrc: number;
  readonly srtp_key: Buffer;
  readonly srtp_salt: Buffer;
}

/** Sound and picture share a port: the SSRC tells them apart. */
function endpoint(port: number, { ssrc, keys }: SrtpTrack): TrackEndpoint {
  return { port, ssrc, srtp_key: keys.masterKey, srtp_salt: keys.masterSalt };
}

function masterKeys({ srtp_key, srtp_salt }: PrepareStreamRequest['video']): SrtpMasterKeys {
  return { masterKey: srtp_key, masterSalt: srtp_salt };
}

function rtcpIntervalMs({ rtcp_interval }: { readonly rtcp_interval: number }): number {
  const wantedS = rtcp_interval || DEFAULT_RTCP_INTERVAL_S;
  return Math.min(LONGEST_RTCP_INTERVAL_S, Math.max(SHORTEST_RTCP_INTERVAL_S, wantedS)) * 1000;
}

function soundStart(audio: StartStreamRequest['audio']): SoundStart {
  return {
    payloadType: audio.pt,
    rtcpIntervalMs: rtcpIntervalMs(audio),
    sampleRateKhz: audio.sample_rate,
    packetTimeMs: audio.packet_time,
  };
}
