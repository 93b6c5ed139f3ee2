import type { Clock } from '../../foundation/clock.ts';
import { parseRtcp, type RtcpPacket } from '../../media/rtcp.ts';
import { buildNack, buildPictureLossIndication, buildReceiverReport } from '../../media/rtcp-feedback.ts';
import { isRtcp } from '../../media/rtp.ts';
import type { SrtpUnprotector } from '../../media/srtp-protection.ts';
import { SilenceWatch } from './silence-watch.ts';
import { TrackReceiver, type TrackOptions } from './track-receiver.ts';

export interface MediaReceiverOptions {
  /** Ours, in what is told the camera. */
  readonly ssrc: number;
  readonly unprotector: SrtpUnprotector;
  /** Gets plain compound packets. */
  readonly sendRtcp: (compound: Buffer) => void;
  /** A packet belongs to the track of its payload type. */
  readonly tracks: readonly TrackOptions[];
  readonly silentAfterMs: number;
  /** Called once when the camera should have sent pictures and none came for so long. */
  readonly handleSilence: () => void;
  readonly clock: Clock;
}

const MICROSECONDS_PER_MILLISECOND = 1_000;
const REPORT_INTERVAL_MS = 500;

interface Route {
  readonly track: TrackReceiver;
  readonly isRetransmission: boolean;
}

/** The receiving end of a connection: takes its packets as they come from the network. */
export class MediaReceiver {
  readonly #options: MediaReceiverOptions;
  readonly #tracks: readonly TrackReceiver[];
  readonly #routes = new Map<number, Route>();
  readonly #silence: SilenceWatch;
  #requests: { readonly atMs: number; readonly cancel: () => void } | undefined;
  #cancelReport: (() => void) | undefined;
  #isClosed = false;

  constructor(options: MediaReceiverOptions) {
    this.#options = options;
    this.#silence = new SilenceWatch(options);
    this.#tracks = options.tracks.map((track) => this.#addTrack(track));
  }

  /** Takes an SRTP or SRTCP packet; anything else, and what is not authentic, is passed over. */
  handlePacket(packet: Buffer): void {
    if (this.#isClosed) return;
    if (isRtcp(packet)) this.#handleRtcp(packet);
    else this.#handleRtp(packet);
  }

  /** Asks the camera for a picture that decoding can begin with. */
  requestKeyframe(): void {
    const nowMs = this.#nowMs();
    for (const track of this.#tracks) track.requestKeyframe(nowMs);
    this.#sendRequestsWhenDue(nowMs);
  }

  close(): void {
    this.#isClosed = true;
    this.#silence.close();
    this.#requests?.cancel();
    this.#cancelReport?.();
  }

  #addTrack(options: TrackOptions): TrackReceiver {
    const track = new TrackReceiver(options);
    const { payloadType, rtxPayloadType } = options.format;
    this.#routes.set(payloadType, { track, isRetransmission: false });
    if (rtxPayloadType !== undefined) this.#routes.set(rtxPayloadType, { track, isRetransmission: true });
    return track;
  }

  #handleRtp(packet: Buffer): void {
    const plain = this.#options.unprotector.unprotectRtp(packet);
    const route = plain && this.#routes.get(plain.payloadType);
    if (!route) return;
    const nowMs = this.#nowMs();
    if (route.track.isWatched) this.#silence.handlePacket(nowMs);
    if (route.isRetransmission) route.track.handleRetransmission(plain, nowMs);
    else route.track.handleMedia(plain, nowMs);
    if (this.#isClosed) return;
    this.#cancelReport ??= this.#options.clock.after(REPORT_INTERVAL_MS, () => this.#reportRegularly());
    this.#sendRequestsWhenDue(nowMs);
  }

  #handleRtcp(packet: Buffer): void {
    const compound = this.#options.unprotector.unprotectRtcp(packet);
    if (!compound) return;
    for (const report of parseRtcp(compound)) if (report.kind === 'sr') this.#handleSenderReport(report);
  }

  #handleSenderReport(report: Extract<RtcpPacket, { kind: 'sr' }>): void {
    const nowMs = this.#nowMs();
    const track = this.#tracks.find(({ ssrc }) => ssrc === report.ssrc);
    if (!track) return;
    track.handleSenderReport(report, nowMs);
    if (track.isWatched) this.#silence.handleSenderReport(report.packetCount, nowMs);
  }

  #reportRegularly(): void {
    this.#cancelReport = this.#options.clock.after(REPORT_INTERVAL_MS, () => this.#reportRegularly());
    const nowMs = this.#nowMs();
    const blocks = this.#tracks.flatMap((track) => track.report(nowMs) ?? []);
    this.#options.sendRtcp(buildReceiverReport(this.#options.ssrc, blocks));
  }

  #sendRequestsWhenDue(nowMs: number): void {
    const dueAtMs = Math.min(...this.#tracks.map((track) => track.dueAtMs() ?? Infinity));
    if (dueAtMs === Infinity || dueAtMs >= (this.#requests?.atMs ?? Infinity)) return;
    this.#requests?.cancel();
    const cancel = this.#options.clock.after(Math.max(0, dueAtMs - nowMs), () => this.#sendRequests());
    this.#requests = { atMs: dueAtMs, cancel };
  }

  #sendRequests(): void {
    this.#requests = undefined;
    const nowMs = this.#nowMs();
    for (const track of this.#tracks) this.#sendRequestsOf(track, nowMs);
    if (!this.#isClosed) this.#sendRequestsWhenDue(nowMs);
  }

  #sendRequestsOf(track: TrackReceiver, nowMs: number): void {
    const { lost, wantsKeyframe } = track.takeRequests(nowMs);
    if (track.ssrc === undefined || this.#isClosed) return;
    const { ssrc, sendRtcp } = this.#options;
    const requests = [
      ...(lost.length > 0 ? [buildNack(ssrc, track.ssrc, lost)] : []),
      ...(wantsKeyframe ? [buildPictureLossIndication(ssrc, track.ssrc)] : []),
    ];
    // A compound packet begins with a report (RFC 3550 §6.1).
    if (requests.length > 0) sendRtcp(Buffer.concat([buildReceiverReport(ssrc), ...requests]));
  }

  #nowMs(): number {
    return this.#options.clock.nowUs() / MICROSECONDS_PER_MILLISECOND;
  }
}
