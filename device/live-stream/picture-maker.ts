import type { AccessUnit } from '../../media/access-unit.ts';
import { packetizeH264 } from '../../media/h264-packetizer.ts';
import type { Picture } from './picture.ts';

/** 90 kHz in smallest terms, so that the product stays an exact integer for decades of uptime. */
const TICKS = 9;
const MICROSECONDS = 100;
const TIMESTAMP_MODULUS = 2 ** 32;

/** The 90 kHz clock of all streams, not yet wrapped to 32 bits. */
export function rtpTicksAt(captureTimeUs: number): number {
  return Math.floor((captureTimeUs * TICKS) / MICROSECONDS);
}

/** Packetises each access unit once, for all viewers, and gives it its place on the RTP clock. */
export class PictureMaker {
  #lastTicks = -1;
  #nextPacketIndex = 0;

  make(unit: AccessUnit): Picture {
    // Two pictures read in one go may have the same arrival; receivers take equal timestamps for one picture.
    this.#lastTicks = Math.max(rtpTicksAt(unit.captureTimeUs), this.#lastTicks + 1);
    const packets = packetizeH264(unit);
    const packetIndex = this.#nextPacketIndex;
    this.#nextPacketIndex += packets.length;
    return {
      packets,
      packetIndex,
      rtpTimestamp: this.#lastTicks % TIMESTAMP_MODULUS,
      captureTimeUs: unit.captureTimeUs,
      isKeyframe: unit.isKeyframe,
    };
  }
}
