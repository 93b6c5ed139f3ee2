import type { ReportBlock } from '../../media/rtcp.ts';

const MILLISECONDS_PER_SECOND = 1_000;
/** RFC 3550 §6.4.1 counts the delay since a sender report so. */
const DELAY_UNITS_PER_MILLISECOND = 65.536;
const JITTER_SMOOTHING = 16;
const MODULUS_32_BITS = 2 ** 32;

/** Counts what came of a stream, for the reports about it (RFC 3550 §6.4.1, A.3 and A.8). */
export class ReceptionStatistics {
  readonly #ticksPerMs: number;
  #first: number | undefined;
  #highest = 0;
  #received = 0;
  #before = { expected: 0, received: 0 };
  #jitter = 0;
  #transit: number | undefined;
  #lastTimestamp: number | undefined;
  #senderReport: { readonly compactNtp: number; readonly atMs: number } | undefined;

  constructor(clockRate: number) {
    this.#ticksPerMs = clockRate / MILLISECONDS_PER_SECOND;
  }

  handlePacket({ index, timestamp }: { index: number; timestamp: number }, nowMs: number): void {
    this.#first = Math.min(this.#first ?? index, index);
    this.#received += 1;
    if (index < this.#highest) return;
    this.#highest = index;
    // The packets of one picture share a timestamp, and leave the camera one after the other.
    if (timestamp !== this.#lastTimestamp) this.#measureJitter(timestamp, nowMs);
    this.#lastTimestamp = timestamp;
  }

  handleSenderReport(ntpSeconds: number, ntpFraction: number, nowMs: number): void {
    const compactNtp = (((ntpSeconds & 0xffff) << 16) | (ntpFraction >>> 16)) >>> 0;
    this.#senderReport = { compactNtp, atMs: nowMs };
  }

  /** The report about the time since the last one; undefined before the first packet. */
  report(ssrc: number, nowMs: number): ReportBlock | undefined {
    if (this.#first === undefined) return undefined;
    const { expected, received } = this.#before;
    const expectedSince = this.#expected - expected;
    const lostSince = expectedSince - (this.#received - received);
    this.#before = { expected: this.#expected, received: this.#received };
    const { compactNtp, atMs } = this.#senderReport ?? { compactNtp: 0, atMs: nowMs };
    return {
      ssrc,
      fractionLost: lostSince > 0 ? lostSince / expectedSince : 0,
      cumulativeLost: this.#expected - this.#received,
      highestSequence: this.#highest % MODULUS_32_BITS,
      jitter: this.#jitter,
      lastSenderReport: compactNtp,
      delaySinceLastSenderReport: (nowMs - atMs) * DELAY_UNITS_PER_MILLISECOND,
    };
  }

  get #expected(): number {
    return this.#first === undefined ? 0 : this.#highest - this.#first + 1;
  }

  #measureJitter(timestamp: number, nowMs: number): void {
    const transit = nowMs * this.#ticksPerMs - timestamp;
    if (this.#transit !== undefined) {
      const turns = Math.round((transit - this.#transit) / MODULUS_32_BITS);
      const change = Math.abs(transit - this.#transit - turns * MODULUS_32_BITS);
      this.#jitter += (change - this.#jitter) / JITTER_SMOOTHING;
    }
    this.#transit = transit;
  }
}
