import type { Picture } from '../../../../device/live-stream/picture.ts';

const PICTURE_INTERVAL_US = 33_333;

export interface PictureShape {
  readonly packets?: number;
  readonly payloadBytes?: number;
  /** A key frame each so many pictures. */
  readonly gopLength?: number;
}

/** A stream of pictures whose payloads tell their packet number, at 30 a second. */
export function* madePictures({
  packets = 6,
  payloadBytes = 1_000,
  gopLength = 60,
}: PictureShape = {}): Generator<Picture, undefined> {
  for (let n = 0, packetIndex = 0; ; n += 1) {
    const picture = madePicture(n, packetIndex, packets, payloadBytes, n % gopLength === 0);
    packetIndex += packets;
    yield picture;
  }
}

export function takePictures(count: number, shape?: PictureShape): Picture[] {
  const pictures: Picture[] = [];
  for (const picture of madePictures(shape)) if (pictures.push(picture) === count) break;
  return pictures;
}

export function packetNumber(payload: Buffer): number {
  return payload.readUInt32BE(0);
}

function madePicture(
  n: number,
  packetIndex: number,
  packets: number,
  payloadBytes: number,
  isKeyframe: boolean,
): Picture {
  const captureTimeUs = n * PICTURE_INTERVAL_US;
  const payloads = Array.from({ length: packets }, (_, i) => {
    const payload = Buffer.alloc(payloadBytes, i);
    payload.writeUInt32BE(packetIndex + i);
    return { payload, marker: i === packets - 1 };
  });
  return {
    packets: payloads,
    packetIndex,
    rtpTimestamp: Math.floor(captureTimeUs * 0.09) % 2 ** 32,
    captureTimeUs,
    readyAtUs: captureTimeUs,
    isKeyframe,
  };
}
