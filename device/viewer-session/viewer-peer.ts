import { RTCPeerConnection, type RTCDtlsTransport, type RTCRtpTransceiver } from 'werift';
import { CameraError } from '../../contract/errors.ts';
import type { IceDescription } from '../../contract/operations.ts';
import { describeError } from '../../foundation/logger.ts';
import { endHandshake } from '../../media/dtls/end-handshake.ts';
import { guardHandshake } from '../../media/dtls/handshake-guard.ts';
import { DtlsHandshakeError } from '../../media/dtls/handshake-proofs.ts';
import { systemClock } from '../capture/clock.ts';
import { openDataChannel, type WeriftDataChannel } from './data-channel/werift-data-channel.ts';
import { EarlyHandshake } from './early-handshake.ts';
import { IceRestarts } from './ice-restarts.ts';
import { AudioSender } from './media-path/audio-sender.ts';
import type { AudioSendFormat } from './media-path/media-transport.ts';
import { SendTurns } from './media-path/send-turns.ts';
import { VideoSender } from './media-path/video-sender.ts';
import { STREAM_ID, completeAnswer, passive } from './complete-answer.ts';
import type { ViewerPeerOptions } from './viewer-peer-options.ts';
import { weriftConfiguration, withoutForeignStun } from './werift-configuration.ts';
import { sayGoodbye } from './werift-goodbye.ts';
import { WeriftMediaTransport, agreedFormat, newAudioFormat } from './werift-media-transport.ts';

/** One viewer's WebRTC connection. Nothing outside of this folder knows which library makes it. */
export class ViewerPeer {
  readonly #options: ViewerPeerOptions;
  readonly #connection: RTCPeerConnection;
  readonly #iceRestarts: IceRestarts;
  #sender: VideoSender | undefined;
  #audioFormat: AudioSendFormat | undefined;
  #audioSender: AudioSender | undefined;
  #channel: WeriftDataChannel | undefined;
  readonly #earlyHandshakes: EarlyHandshake[] = [];
  #stopListening: readonly (() => void)[] = [];
  #isProven: () => boolean = () => false;
  #isOver = false;

  constructor(options: ViewerPeerOptions) {
    this.#options = options;
    this.#connection = new RTCPeerConnection(weriftConfiguration(options));
    this.#iceRestarts = new IceRestarts({
      connection: this.#connection,
      addCandidates: (candidates) => this.addCandidates(candidates),
      handleEnd: (error) => this.#handleIceRestart(error),
    });
  }

  /** undefined until the connection is there. */
  get sender(): VideoSender | undefined {
    return this.#sender;
  }

  get audioSender(): AudioSender | undefined {
    return this.#audioSender;
  }

  /** @returns whether the viewer has a data channel that takes it. */
  sendMessage(text: string): boolean {
    return this.#channel?.send(text) ?? false;
  }

  /**
   * @param trickle true: answer at once and tell the candidates as they are found; false: the answer holds them all.
   * @throws CameraError `bad_sdp` when the offer cannot be answered.
   */
  async accept(trickle: boolean): Promise<string> {
    const { offer } = this.#options;
    try {
      await this.#connection.setRemoteDescription({ type: 'offer', sdp: offer.sdp });
      const transceiver = this.#prepareVideo();
      this.#channel = openDataChannel(this.#connection.sctpTransport, (text) => this.#handleMessage(text));
      this.#audioFormat =
        offer.audio && newAudioFormat(this.#connection, transceiver, offer.audio.payloadType);
      this.#listen(transceiver);
      const answer = passive(await this.#connection.createAnswer());
      const gathered = this.#connection.setLocalDescription(answer);
      this.#addOfferedCandidates();
      if (!trickle) await gathered;
      else gathered.catch((error: unknown) => this.#disconnected(describeError(error)));
      const answered = trickle ? answer.sdp : this.#connection.localDescription?.sdp;
      return completeAnswer(offer, answered ?? answer.sdp, this.#audioFormat);
    } catch (cause) {
      if (cause instanceof CameraError) throw cause;
      throw new CameraError('bad_sdp', `The offer cannot be answered: ${describeError(cause)}.`, { cause });
    }
  }

  /** Candidates that cannot be used are skipped: others may do. Names ending in .local take seconds, so none is awaited. */
  addCandidates(candidates: readonly string[]): void {
    for (const candidate of candidates) {
      if (candidate === '' || this.#isOver) continue;
      this.#connection
        .addIceCandidate({ candidate, sdpMid: this.#options.offer.mid, sdpMLineIndex: 0 })
        .catch(() => undefined);
    }
  }

  /** @throws CameraError `bad_request`, or `rate_limited` after too many. */
  restartIce(viewers: IceDescription): Promise<IceDescription> {
    return this.#iceRestarts.begin(viewers);
  }

  async close(): Promise<void> {
    this.#isOver = true;
    this.#iceRestarts.close();
    for (const stop of this.#stopListening) stop();
    for (const early of this.#earlyHandshakes) early.close();
    this.#channel?.close();
    this.#sender?.close();
    this.#audioSender?.close();
    const { dtlsTransports } = this.#connection;
    await Promise.all(dtlsTransports.map((transport) => sayGoodbye(transport)));
    for (const { dtls } of dtlsTransports) if (dtls) endHandshake(dtls);
    await this.#connection.close();
  }

  #handleMessage(text: string): void {
    if (this.#sender && !this.#isOver) this.#options.events.handleMessage?.(text);
  }

  #addOfferedCandidates(): void {
    this.addCandidates(this.#options.offer.candidates);
  }

  #prepareVideo(): RTCRtpTransceiver {
    const { offer, ice } = this.#options;
    const transceiver = this.#connection.getTransceivers().find(({ mid }) => mid === offer.mid);
    if (!transceiver || transceiver.codecs.length === 0) {
      throw new CameraError('bad_sdp', 'The video of the offer could not be understood.');
    }
    transceiver.setDirection('sendonly');
    transceiver.sender.streamIds = [STREAM_ID];
    for (const transport of this.#connection.iceTransports) withoutForeignStun(transport.connection, ice);
    return transceiver;
  }

  #listen(transceiver: RTCRtpTransceiver): void {
    const connection = this.#connection;
    connection.onIceCandidate.subscribe((candidate) => {
      if (this.#isOver) return;
      const { index, mid } = this.#options.offer;
      this.#options.events.handleCandidate(
        candidate ? { candidate: candidate.candidate, sdpMid: mid, sdpMLineIndex: index } : 'end',
      );
    });
    connection.connectionStateChange.subscribe((state) => {
      if (state === 'failed' || state === 'closed') this.#disconnected('the connection was lost');
    });
    for (const transport of connection.dtlsTransports) this.#listenToTransport(transport, transceiver);
  }

  #listenToTransport(transport: RTCDtlsTransport, transceiver: RTCRtpTransceiver): void {
    const early = new EarlyHandshake(transport);
    early.open();
    this.#earlyHandshakes.push(early);
    transport.onStateChange.subscribe((state) => {
      if (this.#isOver) return;
      // From the next microtask on there is a DTLS connection, and nothing can have come on it yet.
      if (state === 'connecting') queueMicrotask(() => this.#begin(transport, early));
      if (state === 'connected') this.#handleConnected(transport, transceiver);
      if (state === 'closed') this.#disconnected('the viewer left');
      if (state === 'failed') this.#disconnected('the encryption could not be agreed on');
    });
  }

  #begin({ dtls }: RTCDtlsTransport, early: EarlyHandshake): void {
    if (dtls) this.#isProven = guardHandshake(dtls);
    early.handOver();
  }

  #handleConnected(dtls: RTCDtlsTransport, transceiver: RTCRtpTransceiver): void {
    const { ring, turns = new SendTurns(), events, firstSequenceNumber, tally, bursts } = this.#options;
    const { audio } = this.#options.offer;
    try {
      if (!this.#isProven()) throw new DtlsHandshakeError('the viewer did not prove that it is the viewer');
      const transport = new WeriftMediaTransport(dtls, transceiver, bursts);
      const common = { transport, clock: systemClock, wallClockMs: () => Date.now() };
      const sender = new VideoSender({
        ...common,
        format: agreedFormat(this.#connection, transceiver),
        ring,
        firstSequenceNumber,
        requestKeyframe: () => events.handleKeyframeRequest(),
        takeTurn: (send) => turns.take(() => this.#attempt(send)),
        tally,
        handleLinkReport: (report) => events.handleLinkReport?.(report),
      });
      this.#stopListening = [
        transport.onRtcp((compound) => sender.handleRtcp(compound)),
        ...(audio?.receives === true
          ? [transport.onRtp(audio.payloadType, (opus) => events.handleTalk?.(opus))]
          : []),
      ];
      this.#sender = sender;
      if (this.#audioFormat && audio?.sends === true)
        this.#audioSender = new AudioSender({ ...common, format: this.#audioFormat });
    } catch (error) {
      this.#disconnected(describeError(error));
      return;
    }
    events.handleConnected();
  }

  /** Nobody else's turn may suffer from a viewer's failure. */
  #attempt(send: () => void): void {
    try {
      send();
    } catch (error) {
      this.#disconnected(describeError(error));
    }
  }

  #handleIceRestart(error: unknown): void {
    if (error !== undefined) this.#disconnected(describeError(error));
    // What was sent meanwhile is lost.
    else if (!this.#isOver) this.#options.events.handleKeyframeRequest();
  }

  #disconnected(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.events.handleDisconnected(reason);
  }
}
