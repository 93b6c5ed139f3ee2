import type { AccessUnit } from '../../media/access-unit.ts';
import { packetizeH264 } from '../../media/h264-packetizer.ts';
import type { Picture } from './picture.ts';

const CLOCK_RATE_HZ = 90_000;
const MICROSECONDS_PER_SECOND = 1_000_000;
const TIMESTAMP_MODULUS = 2 ** 32;

/** Packetises each access unit once, for all viewers, and gives it its place on the RTP clock. */
export class PictureMaker {
  #lastTicks = -1;

  make(unit: AccessUnit): Picture {
    const ticks = Math.floor((unit.captureTimeUs * CLOCK_RATE_HZ) / MICROSECONDS_PER_SECOND);
    // Two pictures read in one go may have the same arrival; receivers take equal timestamps for one picture.
    this.#lastTicks = Math.max(ticks, this.#lastTicks + 1);
    return {
      packets: packetizeH264(unit),
      rtpTimestamp: this.#lastTicks % TIMESTAMP_MODULUS,
      captureTimeUs: unit.captureTimeUs,
      isKeyframe: unit.isKeyframe,
    };
  }
}
