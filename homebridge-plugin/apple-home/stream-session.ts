import { randomBytes, randomInt } from 'node:crypto';
import type { LiveView, LiveViewListener, LiveViewPacket } from '../../camera-client/live-view.ts';
import type { Logger } from '../../foundation/logger.ts';
import { parseRtcp, type RtcpPacket } from '../../media/rtcp.ts';
import { buildSenderReport } from '../../media/rtcp-sender-report.ts';
import { isRtcp, writeRtpHeader } from '../../media/rtp.ts';
import type { SrtpMasterKeys } from '../../media/srtp-keys.ts';
import { SrtpReceiver, SrtpSender } from '../../media/srtp.ts';
import { MediaSocket } from './media-socket.ts';
import type { MediaTarget } from './media-target.ts';
import { VideoRelay, type RelayedPacket } from './video-relay.ts';

const CNAME = 'picam';

const DEFAULT_LIMITS = {
  /** A controller that set up a stream and never starts it holds one of the few places. */
  startTimeoutMs: 30_000,
  /** A controller that left without a word is noticed by its missing RTCP: first after this long … */
  graceMs: 15_000,
  /** … and then when nothing came for so long. */
  inboundTimeoutMs: 10_000,
  /** The request for the first key frame is repeated, because a lost packet would cost the whole wait for the next. */
  keyframeRepeatMs: 500,
};
export type StreamLimits = typeof DEFAULT_LIMITS;

export interface StreamSessionOptions {
  readonly sourceAddress: string;
  readonly target: MediaTarget;
  /** What the controller encrypts its RTCP with. */
  readonly controllerKeys: SrtpMasterKeys;
  readonly openLiveView: (listener: LiveViewListener) => LiveView;
  /** Called once, with the reason in words, when the session ends by itself; not after `end()`. */
  readonly handleEnd: (reason: string) => void;
  readonly logger: Logger;
  readonly limits?: Partial<StreamLimits>;
}

/** What the controller chose. */
export interface StreamStart {
  readonly payloadType: number;
  readonly rtcpIntervalMs: number;
}

/**
 * One live stream to one Apple Home controller: SRTP out, with the camera's picture as it is, and RTCP both ways. Owns
 * its socket, its timers and its share of the live view.
 */
export class StreamSession {
  readonly keys: SrtpMasterKeys = { masterKey: randomBytes(16), masterSalt: randomBytes(14) };
  readonly ssrc = randomInt(1, 2 ** 31);
  readonly #options: StreamSessionOptions;
  readonly #limits: StreamLimits;
  readonly #sender = new SrtpSender(this.keys);
  readonly #receiver: SrtpReceiver;
  readonly #socket: MediaSocket;
  readonly #relay = new VideoRelay({
    firstSequenceNumber: randomInt(2 ** 15),
    firstTimestamp: randomInt(2 ** 32),
  });
  readonly #timers: NodeJS.Timeout[] = [];
  #view: LiveView | undefined;
  #started: (StreamStart & { readonly atMs: number }) | undefined;
  #ended = false;
  #lastInboundMs = 0;
  #packetCount = 0;
  #octetCount = 0;

  constructor(options: StreamSessionOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#receiver = new SrtpReceiver(options.controllerKeys);
    this.#socket = new MediaSocket({ ...options, handleMessage: (message) => this.#handleMessage(message) });
  }

  /** Binds the socket and begins to open the camera's view beside it. Resolves with the UDP port. */
  async prepare(): Promise<number> {
    this.#view = this.#options.openLiveView({
      handlePacket: (packet) => this.#handlePacket(packet),
      handleRestart: () => this.#handleRestart(),
      handleEnd: (error) => this.#endWith(`the live view ended: ${error.message}`),
    });
    const startTimer = setTimeout(() => {
      if (!this.#started) this.#endWith('the controller did not start it');
    }, this.#limits.startTimeoutMs);
    this.#timers.push(startTimer);
    return this.#socket.open();
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** From here on packets go out, beginning with the next key frame. */
  start(start: StreamStart): void {
    if (this.#ended || this.#started) return;
    this.#started = { ...start, atMs: performance.now() };
    this.#askForKeyframe();
    this.#timers.push(
      setInterval(() => this.#askForKeyframe(), this.#limits.keyframeRepeatMs),
      setInterval(() => this.#handleRtcpInterval(), start.rtcpIntervalMs),
    );
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#socket.close();
    void this.#view?.close();
    this.#options.logger.debug(
      `stream closed after ${this.#packetCount} packets; ${this.#relay.lostPackets} were lost between the camera and here`,
    );
  }

  #endWith(reason: string): void {
    if (this.#ended) return;
    this.end();
    this.#options.handleEnd(reason);
  }

  #askForKeyframe(): void {
    if (!this.#relay.isOpen) this.#view?.requestKeyframe();
  }

  #handlePacket(packet: LiveViewPacket): void {
    if (!this.#started || this.#ended) return;
    for (const relayed of this.#relay.push(packet, performance.now())) this.#send(relayed);
  }

  #handleRestart(): void {
    this.#relay.restart();
    this.#askForKeyframe();
  }

  #send({ sequenceNumber, timestamp, marker, payload }: RelayedPacket): void {
    if (!this.#started) return;
    const { payloadType, atMs } = this.#started;
    const header = writeRtpHeader({ payloadType, marker, sequenceNumber, timestamp, ssrc: this.ssrc });
    this.#socket.send(this.#sender.protectRtp(header, payload));
    this.#packetCount += 1;
    this.#octetCount += payload.length;
    if (this.#packetCount > 1) return;
    this.#sendReport();
    this.#options.logger.debug(`first packet ${Math.round(performance.now() - atMs)} ms after the start`);
  }

  #handleRtcpInterval(): void {
    if (this.#isControllerGone()) this.#endWith('the controller is gone: nothing more comes from it');
    else this.#sendReport();
  }

  #isControllerGone(): boolean {
    const nowMs = performance.now();
    const { graceMs, inboundTimeoutMs } = this.#limits;
    const isGraceOver = nowMs - (this.#started?.atMs ?? nowMs) > graceMs;
    return isGraceOver && nowMs - this.#lastInboundMs > inboundTimeoutMs;
  }

  /** Without sender reports Apple Home stops after about 30 s. */
  #sendReport(): void {
    const rtpTimestamp = this.#relay.timestampAt(performance.now());
    if (rtpTimestamp === undefined) return;
    const report = buildSenderReport({
      ssrc: this.ssrc,
      epochMs: Date.now(),
      rtpTimestamp,
      packetCount: this.#packetCount,
      octetCount: this.#octetCount,
      cname: CNAME,
    });
    this.#socket.send(this.#sender.protectRtcp(report));
  }

  #handleMessage(message: Buffer): void {
    if (this.#ended || !isRtcp(message)) return;
    const compound = this.#receiver.unprotectRtcp(message);
    if (!compound) return;
    this.#lastInboundMs = performance.now();
    if (parseRtcp(compound).some(asksForKeyframe)) this.#view?.requestKeyframe();
  }
}

function asksForKeyframe({ kind }: RtcpPacket): boolean {
  return kind === 'pli' || kind === 'fir';
}
