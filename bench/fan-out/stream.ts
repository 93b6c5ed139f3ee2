import type { Picture } from '../../device/live-stream/picture.ts';

const KEYFRAME_EVERY = 60;
const KEYFRAME_PACKETS = 57;
const OTHER_PACKETS = 6;
const PAYLOAD_BYTES = 1_180;
const READY_TIME_AT = 4;
const NANOSECONDS_PER_MILLISECOND = 1_000_000;
export const PICTURES_PER_SECOND = 30;

/** Pictures of about 2 Mbit/s, as an encoder makes them: one large one every two seconds. */
export class BenchStream {
  #pictures = 0;
  #packets = 0;

  get packets(): number {
    return this.#packets;
  }

  /** The first payload bytes of each packet tell when the picture was ready. */
  next(): Picture {
    const isKeyframe = this.#pictures % KEYFRAME_EVERY === 0;
    const count = isKeyframe ? KEYFRAME_PACKETS : OTHER_PACKETS;
    const captureTimeUs = Math.round((this.#pictures * 1_000_000) / PICTURES_PER_SECOND);
    const packetIndex = this.#packets;
    this.#pictures += 1;
    this.#packets += count;
    const readyAtNs = process.hrtime.bigint();
    const packets = Array.from({ length: count }, (_, i) => {
      const payload = Buffer.alloc(PAYLOAD_BYTES, 0x5a);
      payload[0] = isKeyframe ? 0x65 : 0x41;
      payload.writeBigUInt64BE(readyAtNs, READY_TIME_AT);
      return { payload, marker: i === count - 1 };
    });
    return {
      packets,
      packetIndex,
      rtpTimestamp: Math.round(captureTimeUs * 0.09),
      captureTimeUs,
      readyAtUs: Number(readyAtNs / 1_000n),
      isKeyframe,
    };
  }
}

/** When the picture of this payload was ready, on the clock of this machine; undefined for what is no such payload. */
export function readyAtMs(payload: Buffer): number | undefined {
  if (payload.length !== PAYLOAD_BYTES) return undefined;
  return Number(payload.readBigUInt64BE(READY_TIME_AT)) / NANOSECONDS_PER_MILLISECOND;
}
