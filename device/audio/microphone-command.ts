import { OPUS_CLOCK_RATE } from '../../media/opus-packet.ts';
import type { CaptureCommand } from '../capture/capture-process.ts';
import { FFMPEG_MISSING } from '../capture/ffmpeg.ts';
import type { AudioSettings } from './audio-settings.ts';
import { explainMicrophoneFailure } from './microphone-failures.ts';
import type { MicrophoneSpec } from './microphone-spec.ts';
import { FRAME_MS } from './opus-frame.ts';

export type Microphone = Exclude<MicrophoneSpec, { readonly kind: 'off' }>;

const BYTES_PER_SAMPLE = 2;
const SAMPLES_PER_FRAME = (OPUS_CLOCK_RATE * FRAME_MS) / 1000;
/** The beginning of a stream needs no study: it is known to be sound of this rate. */
const AT_ONCE = ['-fflags', 'nobuffer', '-probesize', '32', '-analyzeduration', '0'];
const MONO = ['-ar', String(OPUS_CLOCK_RATE), '-ac', '1'];
const TONE_HZ = 440;
const TRIAL_S = 0.2;

/** Every packet has this size. */
export function frameBytes({ bitrateKbps }: Pick<AudioSettings, 'bitrateKbps'>): number {
  return (bitrateKbps * FRAME_MS) / 8;
}

/**
 * An ffmpeg that writes Opus packets of one size, with nothing between them.
 *
 * The constant rate costs little at such rates, and lets nobody guess what is said from the size of encrypted packets
 * (RFC 6562).
 */
export function microphoneCommand(microphone: Microphone, settings: AudioSettings): CaptureCommand {
  return {
    program: 'ffmpeg',
    args: [...encoded(microphone, settings), '-flush_packets', '1', '-f', 'data', 'pipe:1'],
    yields: 'sound',
    whenMissing: FFMPEG_MISSING,
    explain: (lastWords) => explainMicrophoneFailure(lastWords, microphone),
  };
}

/** The words for an ffmpeg that does the same for a moment and keeps nothing. */
export function microphoneTrial(microphone: Microphone, settings: AudioSettings): string[] {
  return [...encoded(microphone, settings), '-t', String(TRIAL_S), '-f', 'null', '-'];
}

function encoded(microphone: Microphone, settings: AudioSettings): string[] {
  return [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error', ...AT_ONCE],
    ...input(microphone),
    ...['-map', '0:a', ...gain(settings), '-c:a', 'libopus', '-application', 'lowdelay'],
    ...['-frame_duration', String(FRAME_MS), '-vbr', 'off', '-b:a', `${settings.bitrateKbps}k`, ...MONO],
  ];
}

function input(microphone: Microphone): string[] {
  switch (microphone.kind) {
    case 'test':
      return [
        '-re',
        '-f',
        'lavfi',
        '-i',
        `sine=frequency=${TONE_HZ}:sample_rate=${OPUS_CLOCK_RATE}:samples_per_frame=${SAMPLES_PER_FRAME}`,
      ];
    case 'alsa':
      return ['-f', 'alsa', ...MONO, '-i', microphone.device];
    case 'pulse':
      // What PulseAudio would choose is a longer delay.
      return [
        '-f',
        'pulse',
        '-fragment_size',
        String(SAMPLES_PER_FRAME * BYTES_PER_SAMPLE),
        ...MONO,
        '-i',
        microphone.device,
      ];
  }
}

function gain({ gainDb }: AudioSettings): string[] {
  return gainDb === 0 ? [] : ['-af', `volume=${gainDb}dB`];
}
