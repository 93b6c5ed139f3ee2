import { randomInt } from 'node:crypto';
import type { AudioPacket } from '../../audio/audio-packet.ts';
import { ticksOf } from '../../audio/audio-timeline.ts';
import type { Clock } from '../../capture/clock.ts';
import { isCongested, type AudioSendFormat, type MediaTransport } from './media-transport.ts';
import { RtpHeaderWriter } from './rtp-header-writer.ts';
import { SenderReports } from './sender-reports.ts';

export interface AudioSenderOptions {
  readonly transport: MediaTransport;
  readonly format: AudioSendFormat;
  readonly clock: Clock;
  readonly wallClockMs: () => number;
}

/** A receiver must not take an early wrap for a jump (RFC 3711 §3.3.1). */
const FIRST_SEQUENCE_NUMBERS = 2 ** 15;
const MODULUS_32_BITS = 2 ** 32;

/** The sound's way to one viewer, beside the pictures': its own headers and encryption around what all viewers share. */
export class AudioSender {
  readonly #options: AudioSenderOptions;
  readonly #headers: RtpHeaderWriter;
  readonly #timestampOffset = randomInt(MODULUS_32_BITS);
  readonly #reports: SenderReports;
  #nextSequence = randomInt(FIRST_SEQUENCE_NUMBERS);
  #newest: AudioPacket | undefined;
  #packetsSent = 0;
  #bytesSent = 0;

  constructor(options: AudioSenderOptions) {
    const { clock, wallClockMs, transport, format } = options;
    this.#options = options;
    this.#headers = new RtpHeaderWriter({ ...format, extensions: [] });
    this.#reports = new SenderReports({
      clock,
      wallClockMs,
      report: (nowUs) => this.#report(nowUs),
      send: (compound) => transport.sendRtcp(compound),
    });
  }

  get packetsSent(): number {
    return this.#packetsSent;
  }

  /** While the network takes nothing the sound is left out, which a receiver hears as a pause. */
  send(packet: AudioPacket): void {
    const { transport } = this.#options;
    if (isCongested(transport)) return;
    const timestamp = packet.rtpTimestamp + this.#timestampOffset;
    transport.sendRtp(this.#headers.write(this.#nextSequence, timestamp, false), packet.payload);
    this.#nextSequence += 1;
    this.#packetsSent += 1;
    this.#bytesSent += packet.payload.length;
    const isFirst = this.#newest === undefined;
    this.#newest = packet;
    if (isFirst) this.#reports.open();
  }

  close(): void {
    this.#reports.close();
  }

  /** Where the samples are that are being recorded now, by the newest packet: a sound card's clock is not this one. */
  #report(nowUs: number) {
    if (!this.#newest) return undefined;
    const { ssrc, cname } = this.#options.format;
    const { rtpTimestamp, captureTimeUs } = this.#newest;
    const nowTicks = rtpTimestamp + ticksOf(nowUs - captureTimeUs) + this.#timestampOffset;
    return {
      ssrc,
      cname,
      rtpTimestamp: nowTicks % MODULUS_32_BITS,
      packetCount: this.#packetsSent,
      octetCount: this.#bytesSent,
    };
  }
}
