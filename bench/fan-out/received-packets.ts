import { isRtcp } from '../../media/rtp.ts';
import type { SrtpUnprotector } from '../../media/srtp-protection.ts';
import { percentile } from '../results.ts';
import type { Delays, ReadyTime } from './messages.ts';
import { readyAtMs } from './stream.ts';

interface Arrival {
  readonly packet: Buffer;
  readonly atMs: number;
  readonly keys: SrtpUnprotector;
}

const TICKS_PER_MILLISECOND = 90;

/**
 * What arrived and when. It is decrypted only when asked about, after what was measured: a receiver that is busy
 * decrypting would be taken for a slow sender.
 */
export class ReceivedPackets {
  #arrivals: Arrival[] = [];

  add(packet: Buffer, keys: SrtpUnprotector, atMs: number): void {
    this.#arrivals.push({ packet, keys, atMs });
  }

  clear(): void {
    this.#arrivals = [];
  }

  /** Everything is decrypted, so that nothing counts that no viewer could have shown. */
  takeDelays(readyTime: ReadyTime): Delays {
    const delaysMs = this.#arrivals.flatMap((arrival) => delayMs(arrival, readyTime) ?? []);
    this.clear();
    const at = (share: number) => percentile(delaysMs, share);
    return { packets: delaysMs.length, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
  }
}

function delayMs({ packet, keys, atMs }: Arrival, readyTime: ReadyTime): number | undefined {
  const plain = isRtcp(packet) ? undefined : keys.unprotectRtp(packet);
  if (!plain) return undefined;
  if (readyTime === 'rtp timestamp') return delayByTimestamp(plain.timestamp, atMs);
  const readyMs = readyAtMs(plain.payload);
  return readyMs === undefined ? undefined : atMs - readyMs;
}

/** Timestamps are of 32 bits, and so is their difference. */
function delayByTimestamp(timestamp: number, atMs: number): number {
  return ((Math.floor(atMs * TICKS_PER_MILLISECOND) - timestamp) >>> 0) / TICKS_PER_MILLISECOND;
}
