import {
  AES_CM_128_HMAC_SHA1_80,
  AUDIO_RATES,
  H264_LEVELS,
  H264_PROFILES,
  OPUS,
  type CameraStreamingOptions,
} from './hap.ts';

/**
 * What Apple Home is told it may choose. The camera's picture goes out as it is, whatever is chosen: Home scales. 720p30
 * is what iPhones need, 320x240 at 15 the Apple Watch. AES-256 is left out because the other end of the path has none.
 */
const STREAMING_OPTIONS: CameraStreamingOptions = {
  supportedCryptoSuites: [AES_CM_128_HMAC_SHA1_80],
  video: {
    codec: { profiles: Object.values(H264_PROFILES), levels: Object.values(H264_LEVELS) },
    resolutions: [
      [1920, 1080, 30],
      [1280, 720, 30],
      [640, 360, 30],
      [320, 240, 15],
    ],
  },
};

/** An Apple Watch asks for 8 kHz. */
const AUDIO_CODEC = { type: OPUS, samplerate: Object.values(AUDIO_RATES), audioChannels: 1 } as const;

/** @param sound of the camera; `talks`: whoever watches may talk through it. */
export function streamingOptions({
  hasSound,
  talks,
}: {
  readonly hasSound: boolean;
  readonly talks: boolean;
}): CameraStreamingOptions {
  if (!hasSound) return STREAMING_OPTIONS;
  return { ...STREAMING_OPTIONS, audio: { codecs: [AUDIO_CODEC], twoWayAudio: talks } };
}
