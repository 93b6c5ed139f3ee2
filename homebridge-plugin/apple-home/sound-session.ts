import { randomInt } from 'node:crypto';
import type { LiveViewPacket } from '../../camera-client/live-view.ts';
import { AudioRelay, type AudioFormat } from './audio-relay.ts';
import type { SrtpTrack } from './srtp-track.ts';

/** What the controller chose. */
export interface SoundStart extends AudioFormat {
  readonly payloadType: number;
  readonly rtcpIntervalMs: number;
}

/** The sound of one live stream. A camera without a microphone sends none, and then nothing goes out. */
export class SoundSession {
  readonly track: SrtpTrack;
  #started: { readonly payloadType: number; readonly relay: AudioRelay } | undefined;
  #reports: NodeJS.Timeout | undefined;

  constructor(track: SrtpTrack) {
    this.track = track;
  }

  start({ payloadType, rtcpIntervalMs, ...format }: SoundStart): void {
    const relay = new AudioRelay({
      ...format,
      firstSequenceNumber: randomInt(2 ** 15),
      firstTimestamp: randomInt(2 ** 32),
    });
    this.#started = { payloadType, relay };
    this.#reports = setInterval(() => this.#sendReport(), rtcpIntervalMs);
  }

  handlePacket(packet: LiveViewPacket): void {
    if (!this.#started) return;
    const { payloadType, relay } = this.#started;
    for (const relayed of relay.push(packet, performance.now())) {
      this.track.send(payloadType, relayed);
      if (this.track.packetCount === 1) this.#sendReport();
    }
  }

  /** The camera's view was set up anew. */
  restart(): void {
    this.#started?.relay.restart();
  }

  /** True for a sign of life from the controller. */
  accepts(rtcp: Buffer): boolean {
    return this.track.readRtcp(rtcp) !== undefined;
  }

  /** What the controller says: one packet of Opus; undefined for what is none of its own. */
  readVoice(rtp: Buffer): Buffer | undefined {
    return this.#started && this.track.readRtp(rtp);
  }

  end(): void {
    this.#started = undefined;
    clearInterval(this.#reports);
  }

  #sendReport(): void {
    this.track.sendReport(this.#started?.relay.timestampAt(performance.now()));
  }
}
