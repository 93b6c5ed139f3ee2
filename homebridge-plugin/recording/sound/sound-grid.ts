import { VIDEO_TIMESCALE } from '../../../media/fragmented-mp4/initialization-segment.ts';
import { AAC_FRAME_SAMPLES, RECORDED_AAC } from '../../../media/aac.ts';

/** Frames of sound from the beginning of the pictures' time to one of its ticks. Sound is kept by whole ones. */
export function framesAt(ticks: number): number {
  return (ticks * RECORDED_AAC.sampleRate) / VIDEO_TIMESCALE / AAC_FRAME_SAMPLES;
}

/** The frame that begins nearest to a tick. */
export function frameAt(ticks: number): number {
  return Math.round(framesAt(ticks));
}
