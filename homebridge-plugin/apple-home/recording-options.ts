import {
  AAC_LC,
  AAC_32_KHZ,
  FRAGMENTED_MP4,
  H264,
  H264_LEVELS,
  H264_PROFILES,
  TRIGGERED_BY_MOTION,
  type CameraRecordingOptions,
} from './hap.ts';

/** Home takes recordings of no less than this much before the event, in fragments of exactly this length or shorter. */
const PRE_ROLL_MS = 4_000;
const FRAGMENT_MS = 4_000;
const RATES = [30, 24, 15];

/**
 * What Apple Home is told it may choose for recordings. As in the live view the camera's picture is recorded as it is.
 * Home forgets what it has chosen, and with it that it records at all, when any of this changes: it must not depend on
 * anything.
 */
export const RECORDING_OPTIONS: CameraRecordingOptions = {
  prebufferLength: PRE_ROLL_MS,
  overrideEventTriggerOptions: [TRIGGERED_BY_MOTION],
  mediaContainerConfiguration: { type: FRAGMENTED_MP4, fragmentLength: FRAGMENT_MS },
  video: {
    type: H264,
    parameters: { profiles: Object.values(H264_PROFILES), levels: Object.values(H264_LEVELS) },
    resolutions: [
      ...RATES.map((fps): [number, number, number] => [1920, 1080, fps]),
      ...RATES.map((fps): [number, number, number] => [1280, 720, fps]),
    ],
  },
  audio: { codecs: { type: AAC_LC, audioChannels: 1, samplerate: AAC_32_KHZ } },
};
