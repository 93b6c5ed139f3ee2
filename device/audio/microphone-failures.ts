import { SourceError } from '../capture/source-error.ts';
import type { MicrophoneSpec } from './microphone-spec.ts';

/** What is wrong with a microphone, and what to do. */
export interface MicrophoneFailure {
  /** Goes on where the microphone's name ends. */
  readonly problem: string;
  readonly remedy: string;
}

interface KnownFailure extends MicrophoneFailure {
  readonly said: RegExp;
}

const FFMPEG_OF_THE_SYSTEM = 'install the ffmpeg of the system: sudo apt install ffmpeg';

/** Whatever the microphone is. */
const OF_FFMPEG: readonly KnownFailure[] = [
  {
    said: /Unknown encoder 'libopus'/i,
    problem: 'cannot be encoded, as this ffmpeg lacks Opus',
    remedy: FFMPEG_OF_THE_SYSTEM,
  },
  {
    said: /Unknown input format/i,
    problem: 'cannot be read, as this ffmpeg lacks its sound system',
    remedy: FFMPEG_OF_THE_SYSTEM,
  },
];

const OF_ALSA: readonly KnownFailure[] = [
  {
    said: /Device or resource busy/i,
    problem: 'is used by another program',
    remedy:
      '"fuser -v /dev/snd/*" names it: end that one, or set "audio.source: pulse:default" where a sound server has the microphone',
  },
  {
    said: /Permission denied/i,
    problem: 'may not be opened by this user',
    remedy: 'sudo usermod -aG audio $USER, then log in again',
  },
  {
    said: /cannot set (?:channel count|sample rate|sample format|access type)/i,
    problem: 'does not give mono sound of 48 kHz by itself',
    remedy: 'let ALSA convert it: "alsa:plughw:…" instead of "alsa:hw:…"',
  },
  {
    said: /No such (?:file or directory|device)|Unknown PCM|Input\/output error/i,
    problem: 'is not there',
    remedy: 'plug it in, then look at "arecord -L" (sudo apt install alsa-utils) for its name',
  },
];

const OF_PULSE: readonly KnownFailure[] = [
  {
    said: /No such process|Connection refused|Connection terminated/i,
    problem: 'cannot be reached, because no PulseAudio or PipeWire runs for this user',
    remedy: 'set "audio.source: alsa:default" instead',
  },
  {
    said: /Input\/output error|No such entity/i,
    problem: 'is not there',
    remedy: '"pactl list short sources" (sudo apt install pulseaudio-utils) lists the names',
  },
];

/** What ffmpeg's words about a microphone mean; undefined for what is not known. */
export function knownMicrophoneFailure(
  said: string,
  microphone: MicrophoneSpec,
): MicrophoneFailure | undefined {
  return [...OF_FFMPEG, ...failuresOf(microphone)].find((known) => known.said.test(said));
}

/** The same, for whoever listens. */
export function explainMicrophoneFailure(said: string, microphone: MicrophoneSpec): SourceError | undefined {
  const known = knownMicrophoneFailure(said, microphone);
  return known && new SourceError(`${describeMicrophone(microphone)} ${known.problem}; ${known.remedy}.`);
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
