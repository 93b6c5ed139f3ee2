/** Where a viewer's voice goes. */
export type SpeakerSpec =
  | { readonly kind: 'off' }
  /** An ALSA device, such as `default` or `plughw:1,0`. */
  | { readonly kind: 'alsa'; readonly device: string }
  /** A sink of PulseAudio or PipeWire. */
  | { readonly kind: 'pulse'; readonly device: string }
  /** A WAV file, written anew by each who talks, so that everything can be tried without a loudspeaker. */
  | { readonly kind: 'file'; readonly path: string };

/** The words for what `parseSpeakerSpec` understands. */
export const SPEAKER_SPECS = '"off", "alsa:DEVICE" such as alsa:default, "pulse:SINK" or "file:/….wav"';

const LONGEST = 256;

/** undefined for what names no loudspeaker. */
export function parseSpeakerSpec(spec: string): SpeakerSpec | undefined {
  if (spec === 'off') return { kind: 'off' };
  if (spec.length > LONGEST) return undefined;
  const [, path] = /^file:(\/[^\p{Cc}]+\.wav)$/u.exec(spec) ?? [];
  if (path !== undefined) return { kind: 'file', path };
  const [, system, device = 'default'] = /^(alsa|pulse)(?::([^\s\p{Cc}]+))?$/u.exec(spec) ?? [];
  return system === 'alsa' || system === 'pulse' ? { kind: system, device } : undefined;
}

/** For logs and messages. */
export function describeSpeaker(speaker: SpeakerSpec): string {
  if (speaker.kind === 'off') return 'no loudspeaker';
  return `loudspeaker ${speaker.kind}:${speaker.kind === 'file' ? speaker.path : speaker.device}`;
}
