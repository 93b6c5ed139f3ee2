/** Where sound comes from. */
export type MicrophoneSpec =
  | { readonly kind: 'off' }
  /** A tone, so that everything can be tried without a microphone. */
  | { readonly kind: 'test' }
  /** An ALSA device, such as `default` or `plughw:1,0`. */
  | { readonly kind: 'alsa'; readonly device: string }
  /** A source of PulseAudio or PipeWire. */
  | { readonly kind: 'pulse'; readonly device: string };

/** The words for what `parseMicrophoneSpec` understands. */
export const MICROPHONE_SPECS = '"off", "alsa:DEVICE" such as alsa:default, "pulse:SOURCE" or "test"';

const LONGEST_DEVICE = 256;

/** undefined for what names no microphone. */
export function parseMicrophoneSpec(spec: string): MicrophoneSpec | undefined {
  if (spec === 'off' || spec === 'test') return { kind: spec };
  const [, system, device = 'default'] = /^(alsa|pulse)(?::([^\s\p{Cc}]+))?$/u.exec(spec) ?? [];
  if (device.length > LONGEST_DEVICE || (system !== 'alsa' && system !== 'pulse')) return undefined;
  return { kind: system, device };
}
