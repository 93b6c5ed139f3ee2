import type { LiveViewListener, LiveView } from '../../camera-client/live-view.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';
import type { CameraReadiness } from '../camera-readiness.ts';
import type { SnapshotCache } from '../snapshot-cache.ts';
import {
  AES_CM_128_HMAC_SHA1_80,
  isStart,
  isStop,
  REQUESTED_FOR_EVENT,
  type CameraStreamingDelegate,
  type PrepareStreamCallback,
  type PrepareStreamRequest,
  type PrepareStreamResponse,
  type SnapshotRequest,
  type SnapshotRequestCallback,
  type StartStreamRequest,
  type StreamingRequest,
  type StreamRequestCallback,
} from './hap.ts';
import { mediaTarget } from './media-target.ts';
import { StreamRefusedError } from './stream-refused-error.ts';
import { StreamSession } from './stream-session.ts';

const DEFAULT_RTCP_INTERVAL_S = 0.5;
const SHORTEST_RTCP_INTERVAL_S = 0.1;
const LONGEST_RTCP_INTERVAL_S = 5;

export interface StreamingDelegateOptions {
  readonly readiness: () => CameraReadiness;
  readonly openLiveView: (listener: LiveViewListener) => LiveView;
  readonly snapshots: SnapshotCache;
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
    if (request.video.srtpCryptoSuite !== AES_CM_128_HMAC_SHA1_80)
      throw new StreamRefusedError('the controller asks for another encryption than AES_CM_128_HMAC_SHA1_80');
    const id = request.sessionID;
    this.#end(id);
    const session = this.#createSession(request);
    this.#sessions.set(id, session);
    try {
      const port = await session.prepare();
      const { ssrc, keys } = session;
      return { video: { port, ssrc, srtp_key: keys.masterKey, srtp_salt: keys.masterSalt } };
    } catch (error) {
      this.#end(id);
      throw error;
    }
  }

  #createSession(request: PrepareStreamRequest): StreamSession {
    const { openLiveView, logger } = this.#options;
    const id = request.sessionID;
    const { video, sourceAddress } = request;
    return new StreamSession({
      sourceAddress,
      target: mediaTarget(request),
      controllerKeys: { masterKey: video.srtp_key, masterSalt: video.srtp_salt },
      openLiveView,
      handleEnd: (reason) => this.#endFromOurSide(id, reason),
      logger,
    });
  }

  async #handle(request: StreamingRequest): Promise<void> {
    await Promise.resolve();
    if (isStop(request)) this.#end(request.sessionID);
    else if (isStart(request)) this.#start(request);
    // A reconfiguration asks for another size or bit rate. The camera has one encoder for all its viewers.
  }

  #start({ sessionID, video }: StartStreamRequest): void {
    const session = this.#sessions.get(sessionID);
    if (!session || session.ended) throw new StreamRefusedError('the stream has ended before it was started');
    const rtcpIntervalS = video.rtcp_interval || DEFAULT_RTCP_INTERVAL_S;
    const clampedS = Math.min(LONGEST_RTCP_INTERVAL_S, Math.max(SHORTEST_RTCP_INTERVAL_S, rtcpIntervalS));
    session.start({ payloadType: video.pt, rtcpIntervalMs: clampedS * 1000 });
    this.#options.logger.debug(`stream started for ${video.width}x${video.height}`);
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
