import {
  AUDIO_TRACK,
  initializationSegment,
  VIDEO_TIMESCALE,
  VIDEO_TRACK,
} from '../../media/fragmented-mp4/initialization-segment.ts';
import { mediaSegment, type Sample, type TrackRun } from '../../media/fragmented-mp4/media-segment.ts';
import type { ParameterSets } from '../../media/fragmented-mp4/sample-descriptions.ts';
import { AAC_FRAME_SAMPLES, SILENT_AAC } from '../../media/silent-aac.ts';
import type { Fragment } from '../../camera-client/fragments/fragment-builder.ts';

const SILENT_FRAME: Sample = { data: SILENT_AAC.frame, duration: AAC_FRAME_SAMPLES, isSync: true };

/** Writes one recording as MP4: its time begins with its first fragment, and silence is beside the pictures if wanted. */
export class RecordingMuxer {
  readonly #withSound: boolean;
  #startTicks: number | undefined;
  #fragments = 0;
  #soundFrames = 0;

  constructor({ withSound }: { readonly withSound: boolean }) {
    this.#withSound = withSound;
  }

  initialization(parameterSets: ParameterSets): Buffer {
    return initializationSegment(parameterSets, this.#withSound ? SILENT_AAC : undefined);
  }

  segment({ startTicks, durationTicks, samples }: Fragment): Buffer {
    this.#startTicks ??= startTicks;
    this.#fragments += 1;
    const decodeTime = startTicks - this.#startTicks;
    const video: TrackRun = { track: VIDEO_TRACK, decodeTime, samples };
    const sound = this.#withSound ? [this.#silence(decodeTime, decodeTime + durationTicks)] : [];
    return mediaSegment(this.#fragments, [video, ...sound]);
  }

  /** The frames that begin within a span of the video's time; none twice, whatever the rounding. */
  #silence(fromTicks: number, toTicks: number): TrackRun {
    const first = Math.max(this.#soundFrames, soundFramesBefore(fromTicks));
    const end = Math.max(first, soundFramesBefore(toTicks));
    this.#soundFrames = end;
    const samples = new Array<Sample>(end - first).fill(SILENT_FRAME);
    return { track: AUDIO_TRACK, decodeTime: first * AAC_FRAME_SAMPLES, samples };
  }
}

function soundFramesBefore(ticks: number): number {
  return Math.ceil((ticks * SILENT_AAC.sampleRate) / VIDEO_TIMESCALE / AAC_FRAME_SAMPLES);
}
