import { accessUnitBytes, type AccessUnit } from '../../media/access-unit.ts';
import { packetizeH264 } from '../../media/h264-packetizer.ts';
import type { Clock } from '../capture/clock.ts';
import type { Tally } from '../telemetry/tally.ts';
import type { Picture } from './picture.ts';

/** 90 kHz in smallest terms, so that the product stays an exact integer for decades of uptime. */
const TICKS = 9;
const MICROSECONDS = 100;
const TIMESTAMP_MODULUS = 2 ** 32;

/** The 90 kHz clock of all streams, not yet wrapped to 32 bits. */
export function rtpTicksAt(captureTimeUs: number): number {
  return Math.floor((captureTimeUs * TICKS) / MICROSECONDS);
}

/** Packetises each access unit once, for all viewers, gives it its place on the RTP clock and counts it. */
export class PictureMaker {
  readonly #clock: Clock;
  readonly #tally: Pick<Tally, 'video' | 'delays'>;
  #lastTicks = -1;
  #nextPacketIndex = 0;

  constructor(clock: Clock, tally: Pick<Tally, 'video' | 'delays'>) {
    this.#clock = clock;
    this.#tally = tally;
  }

  make(unit: AccessUnit): Picture {
    // Two pictures read in one go may have the same arrival; receivers take equal timestamps for one picture.
    this.#lastTicks = Math.max(rtpTicksAt(unit.captureTimeUs), this.#lastTicks + 1);
    const packets = packetizeH264(unit);
    const packetIndex = this.#nextPacketIndex;
    this.#nextPacketIndex += packets.length;
    const readyAtUs = this.#clock.nowUs();
    this.#count(unit, readyAtUs);
    return {
      packets,
      packetIndex,
      rtpTimestamp: this.#lastTicks % TIMESTAMP_MODULUS,
      captureTimeUs: unit.captureTimeUs,
      readyAtUs,
      isKeyframe: unit.isKeyframe,
    };
  }

  #count(unit: AccessUnit, readyAtUs: number): void {
    const { video, delays } = this.#tally;
    video.pictures += 1;
    video.bytes += accessUnitBytes(unit);
    if (unit.isKeyframe) video.keyframes += 1;
    delays.ready.record(readyAtUs - unit.captureTimeUs, readyAtUs);
  }
}
