import { OPUS_CLOCK_RATE } from '../../media/opus-packet.ts';
import type { SpeakerSpec } from './speaker-spec.ts';

export type Speaker = Exclude<SpeakerSpec, { readonly kind: 'off' }>;

/** The beginning of a stream needs no study: it is known what it is. */
const AT_ONCE = ['-fflags', 'nobuffer', '-flags', 'low_delay', '-probesize', '32', '-analyzeduration', '0'];
/** Sound of so long waits in the sound system; less would crackle on a busy Pi. */
const BUFFER_MS = 60;
const TRIAL_S = 0.2;

/** The words for an ffmpeg that plays Ogg with Opus from its standard input as it comes. */
export function speakerWords(speaker: Speaker): string[] {
  return [
    ...['-hide_banner', '-loglevel', 'error', ...AT_ONCE, '-f', 'ogg', '-i', 'pipe:0'],
    ...['-map', '0:a', '-ar', String(OPUS_CLOCK_RATE), '-ac', '1', ...output(speaker)],
  ];
}

/** The words for an ffmpeg that plays a moment of silence. */
export function speakerTrial(speaker: Speaker): string[] {
  const silence = `anullsrc=r=${OPUS_CLOCK_RATE}:cl=mono`;
  const input = ['-f', 'lavfi', '-t', String(TRIAL_S), '-i', silence];
  return ['-hide_banner', '-nostdin', '-loglevel', 'error', ...input, ...output(speaker)];
}

function output(speaker: Speaker): string[] {
  switch (speaker.kind) {
    case 'alsa':
      return ['-f', 'alsa', speaker.device];
    case 'pulse':
      return ['-f', 'pulse', '-buffer_duration', String(BUFFER_MS), '-device', speaker.device, 'picam'];
    case 'file':
      return ['-y', '-f', 'wav', `file:${speaker.path}`];
  }
}
