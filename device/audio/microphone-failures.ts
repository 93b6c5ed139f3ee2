import { SourceError } from '../capture/source-error.ts';
import type { MicrophoneSpec } from './microphone-spec.ts';

interface KnownFailure {
  readonly said: RegExp;
  readonly means: string;
}

/** Whatever the microphone is. */
const OF_FFMPEG: readonly KnownFailure[] = [
  {
    said: /Unknown encoder 'libopus'/i,
    means:
      'cannot be encoded: this ffmpeg lacks Opus; install the one of the system: sudo apt install ffmpeg',
  },
  {
    said: /Unknown input format/i,
    means:
      'cannot be read: this ffmpeg lacks this sound system; install the one of the system: sudo apt install ffmpeg',
  },
];

const OF_ALSA: readonly KnownFailure[] = [
  {
    said: /Device or resource busy/i,
    means:
      'is used by another program; "fuser -v /dev/snd/*" names it: end that one, or use the sound server with "audio.source: pulse:default".',
  },
  {
    said: /Permission denied/i,
    means: 'may not be opened by this user: sudo usermod -aG audio $USER, then log in again.',
  },
  {
    said: /cannot set (?:channel count|sample rate|sample format|access type)/i,
    means:
      'does not give mono sound of 48 kHz by itself; let ALSA convert it: "alsa:plughw:…" instead of "alsa:hw:…".',
  },
  {
    said: /No such (?:file or directory|device)|Unknown PCM|Input\/output error/i,
    means: 'is not there; plug it in, then look at "arecord -L" (sudo apt install alsa-utils) for its name.',
  },
];

const OF_PULSE: readonly KnownFailure[] = [
  {
    said: /No such process|Connection refused|Connection terminated/i,
    means:
      'cannot be reached, because no PulseAudio or PipeWire runs for this user; use "audio.source: alsa:default" instead.',
  },
  {
    said: /Input\/output error|No such entity/i,
    means: 'is not there; "pactl list short sources" (sudo apt install pulseaudio-utils) lists the names.',
  },
];

/** Words with the next step for what ffmpeg said of a microphone; undefined for what is not known. */
export function explainMicrophoneFailure(
  lastWords: string,
  microphone: MicrophoneSpec,
): SourceError | undefined {
  const known = [...OF_FFMPEG, ...failuresOf(microphone)].find(({ said }) => said.test(lastWords));
  return known && new SourceError(`${describeMicrophone(microphone)} ${known.means}`);
}

/** For logs and messages. */
export function describeMicrophone(microphone: MicrophoneSpec): string {
  if (microphone.kind === 'off') return 'no microphone';
  return microphone.kind === 'test' ? 'the test tone' : `microphone ${microphone.kind}:${microphone.device}`;
}

function failuresOf({ kind }: MicrophoneSpec): readonly KnownFailure[] {
  if (kind === 'alsa') return OF_ALSA;
  return kind === 'pulse' ? OF_PULSE : [];
}
