import { AAC_FRAME_SAMPLES, RECORDED_AAC, SILENT_AAC_FRAME } from '../../media/aac.ts';
import {
  AUDIO_TRACK,
  initializationSegment,
  VIDEO_TRACK,
} from '../../media/fragmented-mp4/initialization-segment.ts';
import { mediaSegment, type TrackRun } from '../../media/fragmented-mp4/media-segment.ts';
import type { ParameterSets } from '../../media/fragmented-mp4/sample-descriptions.ts';
import type { Fragment } from '../../camera-client/fragments/fragment-builder.ts';
import { frameAt } from './sound/sound-grid.ts';

/** A frame for each place of a fragment's sound; undefined for silence. */
export type FragmentSound = readonly (Buffer | undefined)[];

/** The places of a fragment's sound: no two fragments share one. */
export function soundPlaces({ startTicks, durationTicks }: Pick<Fragment, 'startTicks' | 'durationTicks'>) {
  return { from: frameAt(startTicks), to: frameAt(startTicks + durationTicks) };
}

/** Writes one recording as MP4: its time begins with its first fragment, and sound is beside the pictures if wanted. */
export class RecordingMuxer {
  readonly #withSound: boolean;
  #startTicks: number | undefined;
  #fragments = 0;

  constructor({ withSound }: { readonly withSound: boolean }) {
    this.#withSound = withSound;
  }

  initialization(parameterSets: ParameterSets): Buffer {
    return initializationSegment(parameterSets, this.#withSound ? RECORDED_AAC : undefined);
  }

  segment(fragment: Fragment, sound: FragmentSound = []): Buffer {
    const { startTicks, samples } = fragment;
    this.#startTicks ??= startTicks;
    this.#fragments += 1;
    const video: TrackRun = { track: VIDEO_TRACK, decodeTime: startTicks - this.#startTicks, samples };
    const audio = this.#withSound ? [soundRun(fragment, sound, frameAt(this.#startTicks))] : [];
    return mediaSegment(this.#fragments, [video, ...audio]);
  }
}

function soundRun(fragment: Fragment, sound: FragmentSound, firstPlace: number): TrackRun {
  const { from, to } = soundPlaces(fragment);
  const samples = Array.from({ length: to - from }, (_, nth) => ({
    data: sound[nth] ?? SILENT_AAC_FRAME,
    duration: AAC_FRAME_SAMPLES,
    isSync: true,
  }));
  return { track: AUDIO_TRACK, decodeTime: (from - firstPlace) * AAC_FRAME_SAMPLES, samples };
}
