import { randomInt } from 'node:crypto';
import { HeldPictures } from '../../camera-client/held-pictures.ts';
import type { LiveView, LiveViewListener, LiveViewPacket } from '../../camera-client/live-view.ts';
import type { Bursts } from '../../foundation/bursts/open-bursts.ts';
import { describeError, type Logger } from '../../foundation/logger.ts';
import type { RtcpPacket } from '../../media/rtcp.ts';
import { isRtcp } from '../../media/rtp.ts';
import type { SrtpMasterKeys } from '../../media/srtp-keys.ts';
import { MediaSocket } from './media-socket.ts';
import type { MediaTarget } from './media-target.ts';
import { SoundSession, type SoundStart } from './sound-session.ts';
import { SrtpTrack } from './srtp-track.ts';
import { VideoRelay, type RelayedPacket } from './video-relay.ts';

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
  /** Where the controller wants the sound, at the target's address, and its keys for that. Absent: nowhere. */
  readonly sound?: { readonly port: number; readonly controllerKeys: SrtpMasterKeys };
  readonly openLiveView: (listener: LiveViewListener) => LiveView;
  /** Absent where packets can only go out one by one. */
  readonly bursts?: Bursts | undefined;
  /** The first picture of a connection to the camera goes out. */
  readonly handleFirstPicture?: () => void;
  /** Called once, with the reason in words, when the session ends by itself; not after `end()`. */
  readonly handleEnd: (reason: string) => void;
  readonly logger: Logger;
  readonly limits?: Partial<StreamLimits>;
}

/** What the controller chose. */
export interface StreamStart {
  readonly payloadType: number;
  readonly rtcpIntervalMs: number;
  readonly sound?: SoundStart;
}

/**
 * One live stream to one Apple Home controller: SRTP out, with the camera's picture and sound as they are, and RTCP both ways. Owns
 * its socket, its timers and its share of the live view.
 */
export class StreamSession {
  readonly video: SrtpTrack;
  readonly sound: SoundSession | undefined;
  readonly #options: StreamSessionOptions;
  readonly #limits: StreamLimits;
  readonly #socket: MediaSocket;
  readonly #relay = new VideoRelay({
    firstSequenceNumber: randomInt(2 ** 15),
    firstTimestamp: randomInt(2 ** 32),
  });
  readonly #held = new HeldPictures();
  readonly #timers: NodeJS.Timeout[] = [];
  #view: LiveView | undefined;
  #started: (StreamStart & { readonly atMs: number }) | undefined;
  #ended = false;
  #lastInboundMs = 0;

  constructor(options: StreamSessionOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#socket = new MediaSocket({ ...options, handleMessage: (message) => this.#handleMessage(message) });
    this.video = new SrtpTrack(options.controllerKeys, this.#socket, options.bursts);
    const { sound } = options;
    if (sound)
      this.sound = new SoundSession(
        new SrtpTrack(sound.controllerKeys, { send: (packet) => this.#socket.send(packet, sound.port) }),
      );
  }

  /** Binds the socket and begins to open the camera's view beside it. Resolves with the UDP port. */
  async prepare(): Promise<number> {
    this.#view = this.#options.openLiveView({
      handlePacket: (packet) => this.#handlePacket(packet),
      handleAudioPacket: (packet) => this.sound?.handlePacket(packet),
      handleRestart: () => this.#handleRestart(),
      handleEnd: (error) => this.#endWith(`the live view ended: ${error.message}`),
    });
    // For a view that runs already; a new one begins with a key frame.
    this.#askForKeyframe();
    const startTimer = setTimeout(() => {
      if (!this.#started) this.#endWith('the controller did not start it');
    }, this.#limits.startTimeoutMs);
    this.#timers.push(startTimer);
    return this.#socket.open();
  }

  get ended(): boolean {
    return this.#ended;
  }

  /**
   * From here on packets go out, beginning with a key frame: the one that came meanwhile, at once. Another is asked for
   * all the same, for a controller that was not ready for the first.
   */
  start(start: StreamStart): void {
    if (this.#ended || this.#started) return;
    this.#started = { ...start, atMs: performance.now() };
    if (start.sound) this.sound?.start(start.sound);
    this.#askForKeyframe();
    for (const packet of this.#held.take()) this.#relayPacket(packet);
    this.#timers.push(
      setInterval(() => this.#askForKeyframe(), this.#limits.keyframeRepeatMs),
      setInterval(() => this.#handleRtcpInterval(), start.rtcpIntervalMs),
    );
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.sound?.end();
    this.#held.clear();
    this.video.flush();
    this.#socket.close();
    this.#view?.close().catch((error: unknown) => {
      this.#options.logger.debug(`the live view was not closed: ${describeError(error)}`);
    });
    this.#options.logger.debug(
      `stream closed after ${this.video.packetCount} packets; ${this.#relay.lostPackets} were lost between the camera and here`,
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
    if (this.#ended) return;
    if (this.#started) this.#relayPacket(packet);
    else this.#held.add(packet);
  }

  #relayPacket(packet: LiveViewPacket): void {
    const wasOpen = this.#relay.isOpen;
    const relayed = this.#relay.push(packet, performance.now());
    for (const one of relayed) this.#send(one);
    if (!wasOpen && relayed.length > 0) this.#options.handleFirstPicture?.();
  }

  #handleRestart(): void {
    this.#held.clear();
    this.#relay.restart();
    this.sound?.restart();
    this.#askForKeyframe();
  }

  #send(relayed: RelayedPacket): void {
    if (!this.#started) return;
    this.video.send(this.#started.payloadType, relayed);
    if (this.video.packetCount > 1) return;
    this.#sendReport();
    const sinceMs = Math.round(performance.now() - this.#started.atMs);
    this.#options.logger.debug(`first packet ${sinceMs} ms after the start`);
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
    this.video.sendReport(this.#relay.timestampAt(performance.now()));
  }

  /** RTCP of both tracks, and what is said into the phone, come to the one socket. */
  #handleMessage(message: Buffer): void {
    if (this.#ended) return;
    if (!isRtcp(message)) {
      const voice = this.sound?.readVoice(message);
      if (voice) this.#view?.talk?.(voice);
      return;
    }
    const ofVideo = this.video.readRtcp(message);
    if (!ofVideo && !this.sound?.accepts(message)) return;
    this.#lastInboundMs = performance.now();
    if (ofVideo?.some(asksForKeyframe)) this.#view?.requestKeyframe();
  }
}

function asksForKeyframe({ kind }: RtcpPacket): boolean {
  return kind === 'pli' || kind === 'fir';
}
