import { randomBytes } from 'node:crypto';
import { encodeTlv, float32, type TlvItem, uint16, uint32, uint8 } from './tlv.ts';

export const VIDEO_PAYLOAD_TYPE = 99;
export const SOUND_PAYLOAD_TYPE = 110;
const COMFORT_NOISE_PAYLOAD_TYPE = 13;
const RATES_KHZ = [8, 16, 24];
const RTCP_INTERVAL_S = 0.5;

export interface SoundWish {
  readonly rateKhz: 8 | 16 | 24;
  readonly packetTimeMs: 20 | 30 | 40 | 60;
}

/** What a phone chooses in its own network: 720p30 in H.264, and Opus. */
export function selectedMedia({ rateKhz, packetTimeMs }: SoundWish, maxBitrateKbps: number): TlvItem[] {
  const audio = encodeTlv([
    [1, uint8(3)],
    [2, bytes(1, 0, RATES_KHZ.indexOf(rateKhz), packetTimeMs)],
    [3, rtp(SOUND_PAYLOAD_TYPE, 24, [6, uint8(COMFORT_NOISE_PAYLOAD_TYPE)])],
    [4, uint8(0)],
  ]);
  return [selectedVideo(maxBitrateKbps), [3, audio]];
}

/** Its video alone, as a phone chooses anew while it watches. */
export function selectedVideo(maxBitrateKbps: number): TlvItem {
  const video = encodeTlv([
    [1, uint8(0)],
    [2, bytes(1, 0, 0, 0)],
    [
      3,
      encodeTlv([
        [1, uint16(1280)],
        [2, uint16(720)],
        [3, uint8(30)],
      ]),
    ],
    [4, rtp(VIDEO_PAYLOAD_TYPE, maxBitrateKbps, [5, uint16(1378)])],
  ]);
  return [2, video];
}

/** Items 1, 2, 3 … of a byte each. */
function bytes(...values: readonly number[]): Buffer {
  return encodeTlv(values.map((value, index): TlvItem => [index + 1, uint8(value)]));
}

function rtp(payloadType: number, maxBitrateKbps: number, last: TlvItem): Buffer {
  return encodeTlv([
    [1, uint8(payloadType)],
    [2, uint32(randomBytes(3).readUIntBE(0, 3))],
    [3, uint16(maxBitrateKbps)],
    [4, float32(RTCP_INTERVAL_S)],
    last,
  ]);
}
