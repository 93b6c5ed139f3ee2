import { describe, expect, test } from '@jest/globals';
import { audioSettingsSchema } from '../../../device/audio/audio-settings.ts';
import { parseMicrophoneSpec } from '../../../device/audio/microphone-spec.ts';

describe('the settings of the sound', () => {
  test('have no microphone and no loudspeaker by default', () => {
    const none = { source: 'off', speaker: 'off' };
    expect(audioSettingsSchema.parse({})).toEqual({ ...none, bitrateKbps: 32, gainDb: 0 });
  });

  test.each([
    ['off', { kind: 'off' }],
    ['test', { kind: 'test' }],
    ['alsa', { kind: 'alsa', device: 'default' }],
    ['alsa:plughw:CARD=Mic,DEV=0', { kind: 'alsa', device: 'plughw:CARD=Mic,DEV=0' }],
    ['pulse', { kind: 'pulse', device: 'default' }],
    ['pulse:alsa_input.usb-0d8c', { kind: 'pulse', device: 'alsa_input.usb-0d8c' }],
  ])('name a microphone by %s', (spec, microphone) => {
    expect(parseMicrophoneSpec(spec)).toEqual(microphone);
  });

  test.each(['', 'alsa:', 'alsa:two words', 'jack:x', 'ALSA:x', `alsa:${'x'.repeat(300)}`, 'pulse:a\nb'])(
    'do not take %j for a microphone, and say what would be one',
    (source) => {
      const { error } = audioSettingsSchema.safeParse({ source });
      expect(error?.issues.map(({ message }) => message)).toEqual([expect.stringContaining('alsa:default')]);
    },
  );

  test.each([8, 33, 136])('take no bit rate of %i kbit/s', (bitrateKbps) => {
    expect(audioSettingsSchema.safeParse({ bitrateKbps }).success).toBe(false);
  });
});
