import { randomInt } from 'node:crypto';
import {
  RTCPeerConnection,
  RTCRtpCodecParameters,
  useH264,
  useOPUS,
  type RTCDtlsTransport,
  type RTCRtpTransceiver,
} from 'werift';
import type { IceServer } from '../contract/operations.ts';
import { systemClock } from '../foundation/clock.ts';
import { describeError } from '../foundation/logger.ts';
import { endHandshake } from '../media/dtls/end-handshake.ts';
import { guardHandshake } from '../media/dtls/handshake-guard.ts';
import { DtlsHandshakeError } from '../media/dtls/handshake-proofs.ts';
import { OPUS_CLOCK_RATE } from '../media/opus-packet.ts';
import { beginHandshake, isClient } from './live-view-handshake.ts';
import { keepWeriftFromMedia, LiveViewTransport } from './live-view-transport.ts';
import type { ClockReading } from './receive-path/clock-reading.ts';
import { MediaReceiver } from './receive-path/media-receiver.ts';
import type { ReceiveFormat } from './receive-path/receive-format.ts';
import type { ReceivedPacket, TrackOptions } from './receive-path/track-receiver.ts';
import { VoiceSender } from './voice-sender.ts';

const STUN_GATHER_TIMEOUT_S = 1;
const FEEDBACK = [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }];

export interface LiveViewPeerEvents {
  /** Encrypted and ready: from now on the camera's packets come. */
  handleConnected(): void;
  handleVideo(packet: ReceivedPacket): void;
  /** Opus; only of a view with audio. */
  handleAudio?(packet: ReceivedPacket): void;
  handleClock?(track: ReceiveFormat['kind'], reading: ClockReading): void;
  /** The camera should have sent something and nothing came for too long. */
  handleSilence(): void;
  /** The camera closed the connection. Why, it says over MQTT. */
  handleGoodbye(): void;
  /** The connection broke, or none came about. Nothing follows. */
  handleFailure(why: string): void;
}

export interface LiveViewPeerOptions {
  /** STUN and TURN servers to ask; none are asked when empty. */
  readonly iceServers: readonly IceServer[];
  /** Also asks for the camera's sound, and to talk through its loudspeaker. Default: no. */
  readonly withAudio?: boolean;
  readonly silentAfterMs: number;
  readonly events: LiveViewPeerEvents;
}

/**
 * The WebRTC connection of a live view. werift does its signaling, ICE and DTLS; the media are received by us. Nothing
 * outside of this file and the one of the transport knows which library makes it.
 */
export class LiveViewPeer {
  readonly #options: LiveViewPeerOptions;
  readonly #connection: RTCPeerConnection;
  readonly #video: RTCRtpTransceiver;
  readonly #audio: RTCRtpTransceiver | undefined;
  #receiver: MediaReceiver | undefined;
  #voice: VoiceSender | undefined;
  #stopListening: (() => void) | undefined;
  #stopRepeating: (() => void) | undefined;
  #isProven: () => boolean = () => false;
  #isOver = false;

  constructor(options: LiveViewPeerOptions) {
    this.#options = options;
    this.#connection = new RTCPeerConnection(configuration(options));
    this.#video = this.#connection.addTransceiver('video', { direction: 'recvonly' });
    // After the picture, so that a camera without sound has the connection's first section all the same.
    // Both ways, so that somebody may talk; a camera without a loudspeaker answers one.
    if (options.withAudio) this.#audio = this.#connection.addTransceiver('audio', { direction: 'sendrecv' });
  }

  /** An offer with all candidates. */
  async createOffer(): Promise<string> {
    const connection = this.#connection;
    connection.connectionStateChange.subscribe((state) => {
      if (state === 'failed') this.#fail('no packets get through any more');
    });
    for (const transport of connection.dtlsTransports) this.#watch(transport);
    if (this.#options.iceServers.length === 0) askNoStunServer(connection);
    await connection.setLocalDescription(await connection.createOffer());
    return connection.localDescription?.sdp ?? '';
  }

  /** Takes the camera's answer and begins to connect. */
  async connect(answerSdp: string): Promise<void> {
    await this.#connection.setRemoteDescription({ type: 'answer', sdp: answerSdp });
  }

  requestKeyframe(): void {
    this.#receiver?.requestKeyframe();
  }

  /** Without effect unless the camera takes it. */
  talk(opus: Buffer): void {
    if (!this.#isOver) this.#voice?.send(opus);
  }

  async close(): Promise<void> {
    this.#isOver = true;
    this.#stopListening?.();
    this.#stopRepeating?.();
    this.#receiver?.close();
    for (const { dtls } of this.#connection.dtlsTransports) if (dtls) endHandshake(dtls);
    await this.#connection.close();
  }

  #watch(transport: RTCDtlsTransport): void {
    keepWeriftFromMedia(transport);
    transport.onStateChange.subscribe((state) => {
      if (this.#isOver) return;
      // From the next microtask on there is a DTLS connection, and nothing can have come on it yet.
      if (state === 'connecting') queueMicrotask(() => this.#begin(transport));
      if (state === 'connected') this.#handleConnected(transport);
      if (state === 'closed') this.#options.events.handleGoodbye();
      if (state === 'failed') this.#fail('the encryption could not be agreed on');
    });
  }

  #begin({ dtls }: RTCDtlsTransport): void {
    if (!dtls || this.#isOver) return;
    this.#isProven = guardHandshake(dtls);
    if (isClient(dtls)) this.#stopRepeating = beginHandshake(dtls, systemClock);
  }

  #handleConnected(dtls: RTCDtlsTransport): void {
    const { events, silentAfterMs } = this.#options;
    try {
      if (!this.#isProven()) throw new DtlsHandshakeError('the camera did not prove that it is the camera');
      const transport = new LiveViewTransport(dtls);
      const receiver = new MediaReceiver({
        ssrc: randomInt(1, 2 ** 32),
        unprotector: transport.unprotector,
        sendRtcp: (compound) => transport.sendRtcp(compound),
        tracks: this.#tracks(),
        silentAfterMs,
        handleSilence: () => events.handleSilence(),
        clock: systemClock,
      });
      this.#stopListening = transport.onPacket((packet) => receiver.handlePacket(packet));
      this.#receiver = receiver;
      this.#voice = this.#openVoice(transport);
    } catch (error) {
      this.#fail(describeError(error));
      return;
    }
    events.handleConnected();
  }

  #tracks(): TrackOptions[] {
    const { events } = this.#options;
    const audio = this.#audio && agreedAudio(this.#audio);
    const track = (format: ReceiveFormat, handlePacket: TrackOptions['handlePacket']): TrackOptions => ({
      format,
      handlePacket,
      handleClock: (reading) => events.handleClock?.(format.kind, reading),
    });
    return [
      track(agreedVideo(this.#video), (packet) => events.handleVideo(packet)),
      ...(audio ? [track(audio, (packet) => events.handleAudio?.(packet))] : []),
    ];
  }

  #openVoice(transport: LiveViewTransport): VoiceSender | undefined {
    const opus = this.#audio && agreedOpus(this.#audio, ['sendrecv', 'sendonly']);
    if (!opus) return undefined;
    const sendRtp = (header: Buffer, payload: Buffer) => transport.sendRtp(header, payload);
    return new VoiceSender({ payloadType: opus.payloadType, sendRtp });
  }

  #fail(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.events.handleFailure(why);
  }
}

function configuration({ iceServers, withAudio }: LiveViewPeerOptions) {
  return {
    codecs: {
      audio: withAudio ? [useOPUS()] : [],
      video: [
        useH264({ rtcpFeedback: FEEDBACK }),
        new RTCRtpCodecParameters({ mimeType: 'video/rtx', clockRate: 90_000 }),
      ],
    },
    iceServers: iceServers.map(({ urls, username, credential }) => ({
      urls,
      ...(username === undefined ? {} : { username }),
      ...(credential === undefined ? {} : { credential }),
    })),
    iceStunGatherTimeout: STUN_GATHER_TIMEOUT_S,
    bundlePolicy: 'max-bundle' as const,
  };
}

/** werift asks Google's STUN server when it is given none. */
function askNoStunServer(connection: RTCPeerConnection): void {
  for (const transport of connection.iceTransports) delete transport.connection.stunServer;
}

/** What the camera's answer announced. */
function agreedVideo({ codecs }: RTCRtpTransceiver): ReceiveFormat {
  const video = codecs.find(({ mimeType }) => mimeType.toLowerCase() === 'video/h264');
  if (!video) throw new Error('the answer holds no H.264');
  const rtx = codecs.find(
    ({ mimeType, parameters }) =>
      mimeType.toLowerCase() === 'video/rtx' && parameters === `apt=${video.payloadType}`,
  );
  return {
    kind: 'video',
    payloadType: video.payloadType,
    clockRate: video.clockRate,
    isRepaired: video.rtcpFeedback.some(({ type, parameter }) => type === 'nack' && !parameter),
    rtxPayloadType: rtx?.payloadType,
  };
}

/** undefined when the camera has no sound. */
function agreedAudio(audio: RTCRtpTransceiver): ReceiveFormat | undefined {
  const opus = agreedOpus(audio, ['sendrecv', 'recvonly']);
  return (
    opus && { kind: 'audio', payloadType: opus.payloadType, clockRate: OPUS_CLOCK_RATE, isRepaired: false }
  );
}

/** undefined when the answer rejected it, or goes only the other way. */
function agreedOpus(
  { codecs, currentDirection }: RTCRtpTransceiver,
  directions: readonly string[],
): RTCRtpCodecParameters | undefined {
  if (!directions.includes(currentDirection ?? 'inactive')) return undefined;
  return codecs.find(({ mimeType }) => mimeType.toLowerCase() === 'audio/opus');
}
